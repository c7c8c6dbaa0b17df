import ConfigTree
import FusionCore
import Tensors

/// Undoes the smallest, or the largest, changes of a fine-tuned model, row by row of its matrices.
///
/// With Δ = θ_1 - θ0 the int(columns · ratio) elements of a row whose |Δ| is smallest (`minor`) or
/// largest (`major`), the first ones among equals, become 0; the others are multiplied by the
/// rescale factor: θ = θ0 + r · Δ'. Tensors that are not pruned stay pre-trained.
public final class MagnitudeDiffPruningAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MagnitudeDiffPruningAlgorithm",
      "fusion_bench.method.pruning.MagnitudeDiffPruningAlgorithm",
      "fusion_bench.method.pruning.magnitude_diff_pruning.MagnitudeDiffPruningAlgorithm",
    ]
  }

  /// Which changes are undone.
  public enum PruneType: String, ConfigChoice {
    /// The smallest.
    case minor
    /// The largest.
    case major
  }

  /// The share of each row's changes that is undone.
  @Parameter("prune_ratio") public var pruneRatio = 0.5
  /// What the changes that stay are multiplied by: null for nothing, true for 1/ratio, a number,
  /// or false for 0.
  @Parameter("rescale") public var rescale = ConfigNode(.null)
  /// Regular expressions that match the start of the names of tensors to prune; null takes the
  /// weights of linear layers.
  @Parameter("extract_names") public var extractNames: [String]? = nil
  /// Which changes are undone.
  @Parameter("prune_type") public var pruneType = PruneType.minor

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets ratio and type, without rescaling.
  public convenience init(pruneRatio: Double, pruneType: PruneType = .minor) {
    self.init()
    self.pruneRatio = pruneRatio
    self.pruneType = pruneType
  }

  /// Refuses what is no share or factor, and patterns that are none.
  public override func validate() throws {
    guard (0...1).contains(pruneRatio) else {
      throw ParameterError.invalid(
        key: "prune_ratio", value: "\(pruneRatio)", requirement: "must be from 0 to 1")
    }
    _ = try factor()
    _ = try NamePattern.all(extractNames ?? [], key: "extract_names")
  }

  /// Prunes the changes of the pool's one model.
  ///
  /// - Throws: when `_pretrained_` is missing, there is not one model, or nothing is to be pruned.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    if rescale.value == .bool(false), world.isGlobalZero {
      Log.line("rescale=false multiplies all changes by 0; use null to keep them as they are")
    }
    return try profile("load models") {
      try world.agreeing {
        try validate()
        let base = try modelpool.loadPretrainedModel()
        guard let name = modelpool.modelNames.first, modelpool.count == 1 else {
          throw AlgorithmError.modelCount(
            needed: "one model besides '_pretrained_'", models: modelpool.modelNames)
        }
        let (ratio, isMajor, factor) = (pruneRatio, pruneType == .major, try factor())
        return .model(
          try RowwiseMerge(
            [base, try modelpool.loadModel(name)], label: "magnitude pruning of changes",
            matrices: try matrices(of: base.manifest)
          ) { row in
            row.pruneChanges(ratio: ratio, isMajor: isMajor, factor: factor)
          })
      }
    }
  }

  /// What changes that stay are multiplied by.
  private func factor() throws -> Double {
    switch rescale.value {
    case .null: return 1
    case .bool(false): return 0
    case .bool(true), .int(1), .float(1):
      // FusionBench compares with True, which 1 equals.
      guard pruneRatio > 0 else {
        throw ParameterError.invalid(
          key: "rescale", value: "true", requirement: "divides by prune_ratio, which is 0")
      }
      return 1 / pruneRatio
    case .int(let value): return Double(value)
    case .float(let value) where value.isFinite: return value
    default:
      throw ParameterError.wrongType(
        key: "rescale", expected: "null, a bool or a finite number", rescale)
    }
  }

  private func matrices(of manifest: Manifest) throws -> Set<Int> {
    guard let extractNames else {
      return Set(manifest.tensors.indices.filter { manifest.tensors[$0].isLinearWeight })
    }
    let patterns = try NamePattern.all(extractNames, key: "extract_names")
    let matched = manifest.tensors.indices.filter { position in
      manifest.tensors[position].dtype.isFloatingPoint
        && patterns.contains { $0.matchesStart(of: manifest.tensors[position].name) }
    }
    for tensor in matched.map({ manifest.tensors[$0] }) where tensor.shape.count != 2 {
      throw ParameterError.invalid(
        key: "method.extract_names", value: "\(extractNames)",
        requirement: "matches '\(tensor.name)' of shape \(tensor.shape); only matrices have rows "
          + "to prune")
    }
    guard !matched.isEmpty else {
      throw ParameterError.invalid(
        key: "method.extract_names", value: "\(extractNames)",
        requirement: "matches the beginning of no tensor's name")
    }
    return Set(matched)
  }
}

extension MatrixRow {
  /// Makes the result θ0 + factor · Δ without the changes that are undone.
  fileprivate func pruneChanges(ratio: Double, isMajor: Bool, factor: Double) {
    let (base, changes) = (values[0], values[1])
    for i in changes.indices { changes[i] -= base[i] }
    round(changes)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: changes.count) { metric in
      for i in changes.indices {
        metric[i] = isMajor ? -changes[i].magnitude : changes[i].magnitude
      }
      Self.withSmallest(Int(Double(changes.count) * ratio), of: metric) { pruned in
        for i in changes.indices where pruned[i] == 0 { base[i] += factor * changes[i] }
      }
    }
  }
}
