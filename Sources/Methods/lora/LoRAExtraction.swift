import ConfigTree
import FusionCore
import OrderedCollections
import Tensors
import Wording

/// Writes what a fine-tuned model changed as a LoRA adapter.
///
/// For every weight that differs: θ_t − θ_0 = U Σ Vᵀ, B = U_r Σ_r^½, A = Σ_r^½ V_rᵀ, with r leading
/// triplets, or as many as hold a share of Σ σ². α = r, so that B·A is added as it is. Other tensors
/// that differ are saved whole.
///
/// Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021,
/// https://arxiv.org/abs/2106.09685, for the form; the best approximation of a rank is that of
/// Eckart and Young, "The approximation of one matrix by another of lower rank", 1936.
public final class LoRAExtraction: BaseAlgorithm, SimpleProfilerMixin {
  /// Our own name: FusionBench has no such method.
  public override class var targets: [String] { ["fusion_bench.method.LoRAExtraction"] }

  /// What becomes of changed embeddings.
  public enum Embeddings: String, ConfigChoice {
    /// Decomposed, too.
    case lora
    /// Saved whole.
    case save
    /// Left out.
    case skip
  }

  /// What becomes of other changed tensors that cannot be decomposed, such as norms and biases.
  public enum Others: String, ConfigChoice {
    /// Saved whole.
    case save
    /// Left out.
    case skip
  }

  /// r, the number of ranks of every module at most.
  @Parameter("rank") public var rank = 64
  /// The share of a module's squared change that is enough; null for `rank` ranks everywhere.
  @Parameter("energy") public var energy: Double? = nil
  /// Regular expressions: only modules in whose path one occurs take part; none for all.
  @Parameter("include") public var include: [String] = []
  /// Regular expressions: modules in whose path one occurs take no part.
  @Parameter("exclude") public var exclude: [String] = []
  /// Names of modules that are saved whole: paths or the ends of paths.
  @Parameter("save_modules") public var saveModules: [String] = []
  /// What becomes of embeddings.
  @Parameter("embeddings") public var embeddings = Embeddings.save
  /// What becomes of what cannot be decomposed.
  @Parameter("others") public var others = Others.save
  /// Whether A and B both get the root of a singular value; otherwise B gets all of it.
  @Parameter("distribute_scale") public var distributesScale = true
  /// Whether weights are stored as [in, out], as GPT-2's are.
  @Parameter("fan_in_fan_out") public var fanInFanOut = false
  /// What the adapter says its base is; null for where `_pretrained_` was read from.
  @Parameter("base_model_name_or_path") public var baseModelName: String? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Factors are kept where their ranks depend on values.
  public override var sharesPasses: Bool { energy == nil }

  /// Refuses ranks and shares that are none, and patterns that cannot be read.
  public override func validate() throws {
    guard rank > 0 else {
      throw ParameterError.invalid(key: "rank", value: "\(rank)", requirement: "must be 1 or more")
    }
    if let energy, !(energy > 0 && energy <= 1) {
      throw ParameterError.invalid(
        key: "energy", value: "\(energy)", requirement: "must be above 0 and at most 1, or null")
    }
    _ = try choices()
  }

  /// Makes an adapter for every model of the pool.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or do not
  ///   differ.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let (base, models) = try profile("load models") {
      try world.agreeing {
        try validate()
        let base = try modelpool.loadPretrainedModel()
        guard modelpool.count > 0 else { throw PoolError.noModels }
        return (base, try modelpool.namedModels())
      }
    }
    let adapters = try models.map { name, model in
      (name: name, model: try adapter(of: name, model, base, modelpool) as any StateDict)
    }
    return adapters.count == 1 ? .model(adapters[0].model) : .models(adapters)
  }

  private func adapter(
    of name: String, _ model: any StateDict, _ base: any StateDict, _ modelpool: BaseModelPool
  ) throws -> LoRAAdapter {
    let (inputs, choices) = try world.agreeing {
      let inputs = try modelpool.inputs(of: [name], base: "_pretrained_", quantity: .taskVectors)
      let choices = try self.choices()
      try choices.validate(for: inputs.manifest)
      return (inputs, choices)
    }
    // Elements of blocks without any change: a plan, which reads nothing, finds none of them.
    let same = try profile("compare") {
      try inputs.tensorSums(in: world, count: 1) { block, sums in
        if block.models[0].absoluteSum() == 0 { sums[0] += Double(block.slice.count) }
      }
    }
    let tensors = inputs.manifest.tensors
    let selection = LoRASelection(
      inputs.manifest,
      isChanged: {
        tensors[$0].dtype.isFloatingPoint && tensors[$0].count > 0
          && same[$0][0] < Double(tensors[$0].count)
      }, choices)
    try world.agreeing {
      guard !selection.modules.isEmpty || !selection.saved.isEmpty else {
        throw AlgorithmError.noTensors(
          needed: "weights that differ from those of '_pretrained_'", model: model.label)
      }
    }
    let rule = LoRAFactors.Rule(rank: rank, energy: energy, distributesScale: distributesScale)
    let work = LoRAWork(selection.modules, inputs, rule, in: world)
    let ranks = try profile("decompose") {
      energy == nil ? selection.modules.map(rule.limit) : try work.computeAll(in: world)
    }
    return try world.agreeing {
      try LoRAAdapter(
        work, ranks: ranks, dtype: { inputs.isWide($0.tensor) ? .float64 : .float32 },
        saved: selection.saved.compactMap { tensor, name in
          model.manifest.position(of: tensors[tensor].name).map { ($0, name) }
        },
        of: model, label: "LoRA of \(oneLine(name))",
        configuration: configuration(selection, ranks, base: baseModelName ?? base.label))
    }
  }

  private func choices() throws -> LoRAChoices {
    LoRAChoices(
      include: try NamePattern.all(include, key: "include"),
      exclude: try NamePattern.all(exclude, key: "exclude"), saveModules: saveModules,
      embeddings: LoRASelection.Treatment(rawValue: embeddings.rawValue) ?? .save,
      others: LoRASelection.Treatment(rawValue: others.rawValue) ?? .save,
      fanInFanOut: fanInFanOut)
  }

  /// `adapter_config.json`, in PEFT's words.
  private func configuration(
    _ selection: LoRASelection, _ ranks: [Int], base: String
  ) -> JSONValue {
    let usual = Self.mostFrequent(ranks) ?? rank
    let others = zip(selection.modules, ranks).filter { $1 != usual }
    // The longer path first: the end of one may be another one.
    let pattern = JSONValue.object(
      OrderedDictionary(
        others.sorted { ($1.0.name.utf8.count, $0.0.name) < ($0.0.name.utf8.count, $1.0.name) }
          .map { ($0.0.name, .integer($0.1)) }, uniquingKeysWith: { first, _ in first }))
    return .object([
      "peft_type": .string("LORA"), "task_type": .null, "auto_mapping": .null,
      "base_model_name_or_path": .string(base), "revision": .null, "inference_mode": .bool(true),
      "r": .integer(usual), "lora_alpha": .integer(usual), "lora_dropout": .number(0),
      "target_modules": .array(selection.modules.map { .string($0.name) }),
      "rank_pattern": pattern, "alpha_pattern": pattern,
      "modules_to_save": selection.savedModules.isEmpty
        ? .null : .array(selection.savedModules.map { .string($0) }),
      "bias": .string(selection.savesBiases ? "all" : "none"),
      "fan_in_fan_out": .bool(fanInFanOut), "init_lora_weights": .bool(true),
      "use_rslora": .bool(false), "use_dora": .bool(false), "layers_to_transform": .null,
      "layers_pattern": .null,
    ])
  }

  /// The number that comes most often, the largest of equals.
  private static func mostFrequent(_ numbers: [Int]) -> Int? {
    var counts: [Int: Int] = [:]
    for number in numbers { counts[number, default: 0] += 1 }
    return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }
}
