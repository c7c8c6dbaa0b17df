import FusionCore

/// RAM that makes up for shared changes, which the mean weakens, by stronger ones of a model's own
/// (RAM+), with ratios ρ of whole models, as in the paper.
public class RAMPlusMerging: RAMMerging {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.RAMPlusMerging"] }

  /// r, how strongly.
  @Parameter("r") public var strength = 0.1
  /// α, the most that ρ counts.
  @Parameter("alpha") public var limit = 0.2

  /// Whether ρ is that of each tensor, not of the whole model.
  var isTensorLocal: Bool { false }

  /// Refuses a negative ε or α.
  public override func validate() throws {
    try super.validate()
    guard limit >= 0 else {
      throw ParameterError.invalid(
        key: "alpha", value: "\(limit)", requirement: "must not be negative")
    }
  }

  override func uniqueScales(for inputs: ElementwiseInputs) throws -> [[Double]] {
    let count = inputs.modelCount
    let epsilon = epsilon
    var sums = try profile("count changes") {
      try inputs.tensorSums(in: world, count: 2 * count) { block, sums in
        var shared = [Double](repeating: 0, count: count)
        var unique = shared
        block.countActive(above: epsilon, shared: &shared, unique: &unique)
        for m in 0..<count {
          sums[m] += shared[m]
          sums[count + m] += unique[m]
        }
      }
    }
    if !isTensorLocal {
      // Counts, so their order does not matter.
      let total = (0..<2 * count).map { n in sums.reduce(0) { $0 + $1[n] } }
      sums = sums.map { _ in total }
    }
    let (strength, limit) = (strength, limit)
    return sums.map { counts in
      (0..<count).map { m in
        let (shared, unique) = (counts[m], counts[count + m])
        // Without changes of its own there is nothing to strengthen.
        return unique == 0 ? 1 : 1 + strength * min(shared / unique, limit)
      }
    }
  }
}
