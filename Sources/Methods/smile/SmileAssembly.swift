import FusionCore
import Tensors

/// Which tensors a SMILE model has, and where each comes from. The names are those of FusionBench's
/// modules.
struct SmileAssembly {
  private let changes: ElementwiseInputs
  private let shape: SmileShape
  private let weights: [Int]
  private let manifest: Manifest
  private let base: any StateDict
  private let mean: ElementwiseMerge?

  /// Plans a model.
  ///
  /// - Parameters:
  ///   - weights: positions of the weights that get experts.
  ///   - others: the models' values where other layers are averaged.
  init(
    _ changes: ElementwiseInputs, weights: [Int], shape: SmileShape, others: ElementwiseInputs?
  ) {
    self.changes = changes
    self.shape = shape
    self.weights = weights
    manifest = changes.manifest
    // Reading no task vector gives the pre-trained values.
    base = ElementwiseMerge(
      changes, label: "SMILE", keeping: Set(changes.manifest.tensors.indices)
    ) { _ in }
    mean = others.map { others in
      ElementwiseMerge(others, label: "SMILE") { block in
        for values in block.models { block.sum.add(values) }
        block.sum.divide(by: Double(block.models.count))
      }
    }
  }

  /// The model: gates and experts computed when they are read, all else read from the models.
  ///
  /// - Throws: `TensorError` for names that collide, and sizes past `Int.max`.
  func model(_ factors: SmileFactors, in world: any Fabric) throws -> any StateDict {
    try CompletedStateDict(try decomposed(factors, in: world), with: try copied())
  }

  private func module(of weight: Int) -> String {
    String(manifest.tensors[weight].name.string.dropLast(".weight".count))
  }

  private var parts: [SmileFactors.Part] {
    [.gate]
      + (shape.rank > 0 ? (0..<shape.experts).flatMap { [.left($0), .right($0)] } : [])
  }

  /// Gates and experts, layer by layer.
  private func decomposed(
    _ factors: SmileFactors, in world: any Fabric
  ) throws -> TensorwiseMerge {
    var infos: [TensorInfo] = []
    var places: [(weight: Int, part: SmileFactors.Part)] = []
    var wholes: [TensorwiseMerge.Whole] = []
    for weight in weights {
      let info = manifest.tensors[weight]
      let (m, n) = (info.shape[0], info.shape[1])
      let ranks = shape.ranks(m, n)
      let demand = factors.demand(m, n, shape)
      let (bytes, overflow) = demand.numbers.multipliedReportingOverflow(by: 8)
      let read = changes.work(of: Slice(tensor: weight, elements: 0..<info.count))
      for part in parts {
        let (name, size) =
          switch part {
          case .gate: ("gate.weights", [shape.experts * ranks.gate, n])
          case .left(let model): ("experts.\(model).u", [m, ranks.expert])
          case .right(let model): ("experts.\(model).svh", [ranks.expert, n])
          }
        wholes.append(
          TensorwiseMerge.Whole(
            // The first part that is asked for takes it all.
            tensor: infos.count, cost: part == .gate ? demand.seconds + read.seconds : 0,
            bytes: overflow ? .max : bytes, bytesRead: part == .gate ? read.bytesRead : 0,
            group: weight))
        infos.append(
          try TensorInfo(
            name: TensorName("\(module(of: weight)).\(name)"), dtype: info.dtype, shape: size))
        places.append((weight, part))
      }
    }
    let (allParts, shape, all) = (parts, shape, places)
    return TensorwiseMerge(
      wholes, others: BlankStateDict(manifest: try Manifest(infos), label: "SMILE"), in: world,
      counts: {
        [
          ("decompositions", factors.count.total),
          ("of them full after an inaccurate one", factors.count.fallbacks),
        ]
      },
      compute: { tensor, values in
        let place = all[tensor]
        try factors.write(place.part, of: place.weight, allParts, shape, to: values)
      })
  }

  /// The pre-trained tensors under the names that they have beside experts, the experts' biases, or
  /// whole experts.
  private func copied() throws -> RedirectedStateDict {
    let experts = (0..<shape.experts).map { model in
      ElementwiseMerge(changes, label: "SMILE") { $0.sum.add($0.models[model]) }
    }
    let count = try InMemoryStateDict([
      Tensor("top_k", dtype: .int64, shape: [], values: [Double(shape.expertsPerToken)])
    ])
    let sources: [any StateDict] = [base, count] + experts + (mean.map { [$0] } ?? [])
    let upscaled = Dictionary(
      weights.map { (module(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
    let linear = Set(MatrixMerge.linearWeights(in: manifest).map { module(of: $0) })
    let inner = ModuleTree(manifest.tensors.map(\.name.string)).ownedByInnerModules
    var entries: [RedirectedStateDict.Entry] = []
    func add(_ name: String, _ source: Int, _ position: Int) {
      entries.append(.init(name: TensorName(name), source: source, position: position))
    }
    for (position, info) in manifest.tensors.enumerated() {
      let name = info.name.string
      let cut = name.lastIndex(of: ".")
      let (module, parameter) = (
        cut.map { String(name[..<$0]) } ?? "", cut.map { String(name[name.index(after: $0)...]) }
      )
      guard let parameter, let weight = upscaled[module] else {
        let isAveraged = mean != nil && !linear.contains(module) && !inner.contains(position)
        add(name, isAveraged ? sources.count - 1 : 0, position)
        continue
      }
      add("\(module).pretrained_model.\(parameter)", 0, position)
      if position == weight { add("\(module).gate.top_k", 1, 0) }
      if position != weight || shape.rank == 0 {
        for model in 0..<shape.experts {
          add("\(module).experts.\(model).\(parameter)", 2 + model, position)
        }
      }
    }
    return try RedirectedStateDict(entries, of: sources, label: "SMILE")
  }
}
