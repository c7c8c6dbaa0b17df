/// RAM+ with the ratios ρ of each tensor (mergekit's `ramplus_tl`).
public final class RAMPlusTLMerging: RAMPlusMerging {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.RAMPlusTLMerging"] }

  override var isTensorLocal: Bool { true }
}
