/// DELLA without an election of signs: all values that stay are added.
public final class DellaLinearMerging: DellaMerging {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.DellaLinearMerging"] }

  /// Makes the method with default parameters: sums are not normalised.
  public required init() {
    super.init()
    normalize = false
  }

  override var electsSigns: Bool { false }
}
