import FusionCore
import Tensors

/// Makes a deeper (or shallower) model of the layers of a module list, in the order listed; a layer
/// may be listed several times.
///
/// Source: Kim et al., "SOLAR 10.7B: Scaling large language models with simple yet effective depth
/// up-scaling", 2023, https://arxiv.org/abs/2312.15166.
public class DepthUpscalingAlgorithm: BaseAlgorithm {
  /// FusionBench's names; its configuration file gives the class alone.
  public override class var targets: [String] {
    [
      "fusion_bench.method.DepthUpscalingAlgorithm",
      "fusion_bench.method.depth_upscaling.DepthUpscalingAlgorithm",
      "fusion_bench.method.depth_upscaling.depth_upscaling.DepthUpscalingAlgorithm",
    ]
  }

  /// The layers of the new model.
  @Parameter("layer_indices") public var layerIndices = LayerIndices([])

  /// Sets the layers.
  public convenience init(_ layerIndices: LayerIndices) {
    self.init()
    self.layerIndices = layerIndices
  }

  /// Refuses an empty list.
  public override func validate() throws {
    guard !layerIndices.items.isEmpty else {
      throw ParameterError.invalid(
        key: "layer_indices", value: "\(layerIndices.items)",
        requirement: "name the layers of the new model, e.g. "
          + "'method.layer_indices=[\"range(0,8)\",\"range(4,12)\"]'")
    }
  }

  /// Restacks the one model of the pool, a module list: all names begin with a layer's number, or with
  /// one prefix and that, as those of a pool that hands out layers do.
  ///
  /// - Throws: when the pool has not one model, the model is no module list, or a layer is missing.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      try validate()
      guard modelpool.count == 1 else {
        throw StructureError.modelCount(
          method: "depth upscaling", wanted: 1, models: modelpool.modelNames)
      }
      let name = modelpool.modelNames[0]
      let model = try modelpool.loadModel(name)
      let table = try LayerTable(model)
      if let stray = table.others.first {
        throw StructureError.notInAList(
          model.manifest.tensors[stray].name, in: model.label,
          remedy: "method._target_=fusion_bench.method.DepthUpscalingForLlama")
      }
      return .model(
        try restacked(model, table, configuration: try modelpool.configuration(of: name)))
    }
  }

  /// The model with the listed layers in the place of its own.
  func restacked(
    _ model: any StateDict, _ table: LayerTable, configuration: JSONValue?
  ) throws -> any StateDict {
    let layers = try layerIndices.resolved(
      count: table.layers.count, key: "method.layer_indices", label: model.label)
    let first = table.layers.joined().map(\.position).min() ?? 0
    func kept(_ positions: [Int]) -> [RedirectedStateDict.Entry] {
      positions.map {
        .init(name: model.manifest.tensors[$0].name, source: 0, position: $0)
      }
    }
    let stack = layers.enumerated().flatMap { new, old in
      table.layers[old].map { member in
        RedirectedStateDict.Entry(
          name: TensorName("\(table.prefix)\(new)\(member.suffix)"), source: 0,
          position: member.position)
      }
    }
    return try RedirectedStateDict(
      kept(table.others.filter { $0 < first }) + stack + kept(table.others.filter { $0 > first }),
      of: [model], label: "depth upscaling of \(model.label)",
      configuration: configuration?.with(
        layers: layers.map { ($0, configuration) }, of: table.layers.count))
  }
}
