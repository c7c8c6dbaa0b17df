import FusionCore

/// Model Breadcrumbs with TIES' election of signs: of the values that are left, those count that have
/// the sign of their weighted sum.
public final class BreadcrumbsTiesMerging: BreadcrumbsMerging {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.BreadcrumbsTiesMerging"] }

  override var vote: ElementBlock.SignVote { .sum }
}
