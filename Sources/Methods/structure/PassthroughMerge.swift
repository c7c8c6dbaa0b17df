import FusionCore
import Tensors

/// Stacks runs of layers of several models into one: a "frankenmerge".
///
/// Layers are copied, renumbered from 0. What comes before the layers (embeddings) is that of the
/// first run's model, what comes after them (final norm, head) that of the last run's. Semantics of
/// mergekit's `merge_method: passthrough`, https://github.com/arcee-ai/mergekit.
public final class PassthroughMerge: BaseAlgorithm {
  /// Our own name: FusionBench has no such method.
  public override class var targets: [String] { ["fusion_bench.method.PassthroughMerge"] }

  /// The runs of layers, as in a recipe of mergekit.
  @Parameter("slices") public var slices = MergeSlices([])
  /// What stands before a layer's number in names; null for the prefix of most tensors.
  @Parameter("layer_prefix") public var layerPrefix: String? = nil

  /// Sets the runs.
  public convenience init(_ slices: MergeSlices) {
    self.init()
    self.slices = slices
  }

  /// Refuses an empty list.
  public override func validate() throws {
    guard !slices.sources.isEmpty else {
      throw ParameterError.invalid(
        key: "slices", value: "[]",
        requirement: "name the layers of the new model, e.g. "
          + "'method.slices=[{sources: [{model: a, layer_range: [0, 8]}]}]'")
    }
  }

  /// Stacks the layers.
  ///
  /// - Throws: when a model or a layer is missing, or the models' layers do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      try validate()
      let tables = try slices.sources.map { source in
        try LayerTable(try modelpool.loadModel(source.model), prefix: layerPrefix)
      }
      let configuration = try modelpool.configuration(of: slices.sources[0].model)
      return .model(try stack(tables, of: modelpool, configuration))
    }
  }

  private func stack(
    _ tables: [LayerTable], of modelpool: BaseModelPool, _ configuration: JSONValue?
  ) throws -> any StateDict {
    var stack = Stack()
    try stack.addOthers(
      try modelpool.loadModel(slices.sources[0].model), tables[0], slices.sources[0]
    ) { $0.comesBeforeLayers }
    var layers: [(number: Int, configuration: JSONValue?)] = []
    for (position, source) in slices.sources.enumerated() {
      let model = try modelpool.loadModel(source.model)
      guard source.layers.upperBound <= tables[position].layers.count else {
        throw StructureError.noSuchLayer(
          key: "method.slices[\(position)].sources[0].layer_range", source.layers.upperBound - 1,
          count: tables[position].layers.count, in: model.label)
      }
      let own = try modelpool.configuration(of: source.model)
      for layer in source.layers {
        try stack.add(
          tables[position].layers[layer], of: model, as: "\(tables[0].prefix)\(layers.count)",
          source)
        layers.append((layer, own))
      }
    }
    guard let last = slices.sources.last, let table = tables.last else { throw PoolError.noModels }
    try stack.addOthers(try modelpool.loadModel(last.model), table, last) {
      !$0.comesBeforeLayers
    }
    return try RedirectedStateDict(
      stack.entries, of: stack.sources, label: "passthrough merge",
      configuration: configuration?.with(layers: layers, of: tables[0].layers.count))
  }
}

/// A model that grows tensor by tensor.
private struct Stack {
  private(set) var entries: [RedirectedStateDict.Entry] = []
  private(set) var sources: [any StateDict] = []
  private var places: [Place: Int] = [:]
  /// Shapes of the first layer's tensors by what follows the number.
  private var shapes: [String: [Int]] = [:]

  /// A model of the pool, or the same times a factor.
  private struct Place: Hashable {
    let model: String
    let scale: Double
  }

  /// Adds tensors outside of layers under their own names.
  mutating func addOthers(
    _ model: any StateDict, _ table: LayerTable, _ source: MergeSlices.Source,
    where isWanted: (TensorName) -> Bool
  ) throws {
    for position in table.others {
      let name = model.manifest.tensors[position].name
      if isWanted(name) { add(position, of: model, as: name, source) }
    }
  }

  /// Adds the tensors of a layer under its new number.
  mutating func add(
    _ layer: [LayerTable.Member], of model: any StateDict, as name: String,
    _ source: MergeSlices.Source
  ) throws {
    for member in layer {
      let info = model.manifest.tensors[member.position]
      let expected = shapes[member.suffix, default: info.shape]
      guard info.shape == expected else {
        throw StructureError.shape(
          info.name, expected: expected, found: info.shape, in: model.label)
      }
      shapes[member.suffix] = expected
      add(member.position, of: model, as: TensorName(name + member.suffix), source)
    }
  }

  private mutating func add(
    _ position: Int, of model: any StateDict, as name: TensorName, _ source: MergeSlices.Source
  ) {
    let scale = source.scale(of: model.manifest.tensors[position].name.string)
    let place = Place(model: source.model, scale: scale)
    if places[place] == nil {
      places[place] = sources.count
      sources.append(scale == 1 ? model : ScaledStateDict(model, by: scale))
    }
    entries.append(.init(name: name, source: places[place] ?? 0, position: position))
  }
}

extension TensorName {
  /// Whether a tensor outside of layers is used before them: an embedding, or the norm after it.
  fileprivate var comesBeforeLayers: Bool {
    string.split(separator: ".").contains {
      $0.contains("embed") || $0 == "wte" || $0 == "wpe" || $0.hasPrefix("pre_")
    }
  }
}
