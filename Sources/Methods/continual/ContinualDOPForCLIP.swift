/// DOP under the name that FusionBench gives it for CLIP.
public final class ContinualDOPForCLIP: DOPMerging {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.dop.dop.ContinualDOPForCLIP",
      "fusion_bench.method.ContinualDOPForCLIP",
      "fusion_bench.method.dop.ContinualDOPForCLIP",
    ]
  }
}
