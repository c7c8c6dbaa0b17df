/// OPCM under the name that FusionBench's configuration for CLIP models gives.
public final class OPCMForCLIP: OPCM {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.opcm.opcm.OPCMForCLIP",
      "fusion_bench.method.OPCMForCLIP",
      "fusion_bench.method.opcm.OPCMForCLIP",
    ]
  }
}
