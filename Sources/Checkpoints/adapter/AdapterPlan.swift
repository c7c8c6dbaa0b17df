import Tensors
import Wording

/// Finds what the tensors of an adapter belong to in the base.
struct AdapterPlan {
  let base: any StateDict
  let adapter: Checkpoint
  let config: AdapterConfig
  /// The adapter's weights, for messages.
  let path: String

  /// The weight of a module, and what is added to it.
  func update(
    _ module: String, _ factors: AdapterTensors.Factors
  ) throws -> (target: Int, update: LowRankUpdate) {
    guard let a = factors.a, let b = factors.b else {
      throw AdapterError.halfPair(path: path, module: module)
    }
    let target = try position(of: TensorName(module + ".weight"))
    let (infoA, infoB) = (adapter.manifest.tensors[a], adapter.manifest.tensors[b])
    for info in [infoA, infoB] where !info.dtype.isFloatingPoint {
      throw AdapterError.notFloating(path: path, tensor: info.name)
    }
    let info = base.manifest.tensors[target]
    guard info.dtype.isFloatingPoint else {
      throw AdapterError.notFloating(path: path, tensor: info.name)
    }
    let scale = try config.scale(of: module, rank: infoA.shape.first ?? 0)
    guard
      let update = LowRankUpdate(
        info.shape, a: (a, infoA.shape), b: (b, infoB.shape), isEmbedding: factors.isEmbedding,
        prefersTransposed: config.fanInFanOut, scale: scale)
    else {
      throw AdapterError.shapes(
        path: path, tensor: info.name, base: info.shape, a: infoA.shape, b: infoB.shape)
    }
    return (target, update)
  }

  /// The base's tensor that a replacement stands for; nil for one that the adapter adds.
  func target(ofReplacement name: TensorName, _ source: Int) throws -> Int? {
    if base.manifest.position(of: name) == nil, config.replaces(name.string) { return nil }
    let target = try position(of: name)
    try checkShape(source, target)
    return target
  }

  /// The base's bias of a module.
  func target(ofBias module: String, _ source: Int) throws -> Int {
    let target = try position(of: TensorName(module + ".bias"))
    try checkShape(source, target)
    return target
  }

  private func checkShape(_ source: Int, _ target: Int) throws {
    let (found, expected) = (adapter.manifest.tensors[source], base.manifest.tensors[target])
    guard found.shape == expected.shape else {
      throw AdapterError.replacementShape(
        path: path, tensor: expected.name, base: expected.shape, found: found.shape)
    }
  }

  private func position(of name: TensorName) throws -> Int {
    guard let position = base.manifest.position(of: name) else {
      let names = base.manifest.tensors.map(\.name.string)
      throw AdapterError.notInBase(
        path: path, tensor: name, base: base.label,
        didYouMean: nearest(to: name.string, among: names).map { TensorName($0) })
    }
    return position
  }
}
