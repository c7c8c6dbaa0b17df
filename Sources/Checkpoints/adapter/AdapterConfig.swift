import Tensors

/// What `adapter_config.json` says of a LoRA adapter, in PEFT's words.
struct AdapterConfig {
  /// The most bytes that a configuration may have.
  static let sizeLimit = 1 << 20

  let path: String
  let baseModel: String?
  /// Whether weights whose two sizes are equal are stored transposed.
  let fanInFanOut: Bool
  /// Modules that the adapter replaces whole.
  let modulesToSave: Set<TensorName>
  private let rank: Double
  private let alpha: Double
  private let isRankStabilized: Bool
  private let rankPattern: AdapterPattern
  private let alphaPattern: AdapterPattern

  /// Reads the file.
  ///
  /// - Throws: `CheckpointError`; `AdapterError` for adapters that are no plain LoRA.
  init(path: String) throws {
    let tree = try JSONTree.object(at: path, limit: Self.sizeLimit)
    try self.init(tree, path: path)
  }

  init(_ tree: JSONTree, path: String) throws {
    self.path = path
    let reader = AdapterConfigReader(tree: tree, path: path)
    try reader.refuseOthers()
    baseModel = try reader.string("base_model_name_or_path")
    fanInFanOut = try reader.bool("fan_in_fan_out")
    isRankStabilized = try reader.bool("use_rslora")
    rank = try reader.positive("r")
    alpha = try reader.number("lora_alpha")
    rankPattern = try reader.pattern("rank_pattern")
    alphaPattern = try reader.pattern("alpha_pattern")
    modulesToSave = Set(try reader.strings("modules_to_save").map { TensorName($0) })
  }

  /// The factor of B·A in a module: α/r, or α/√r where ranks are stabilised.
  ///
  /// Source: Hu et al., "LoRA" (2021), section 4.1; Kalajdzievski, "A Rank Stabilization Scaling
  /// Factor for Fine-Tuning with LoRA" (2023).
  ///
  /// - Throws: `AdapterError.rank` when the factors have another rank than the configuration.
  func scale(of module: String, rank found: Int) throws -> Double {
    let rank = rankPattern.value(for: module) ?? rank
    guard rank == Double(found) else {
      throw AdapterError.rank(path: path, module: module, expected: rank, found: found)
    }
    return (alphaPattern.value(for: module) ?? alpha)
      / (isRankStabilized ? rank.squareRoot() : rank)
  }

  /// Whether `name` belongs to a module that the adapter replaces whole.
  func replaces(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    // A module is named by the last parts of its path.
    return parts.indices.contains { last in
      (max(0, last - 8)...last).contains { first in
        modulesToSave.contains(TensorName(parts[first...last].joined(separator: ".")))
      }
    }
  }
}
