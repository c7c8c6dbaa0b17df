import FusionCore
import OrderedCollections
import Tensors

/// Deals the layers of module lists anew: new model i gets, for every layer, the i-th of the models'
/// layers in a random order.
///
/// A layer is all tensors whose names begin with the same number; layers 0…n-1 are shuffled in the
/// order of their numbers. Every layer of every model is in exactly one of the new models.
///
/// - Parameters:
///   - models: models of equally many layers; what is in a layer may differ.
///   - seed: of Python's `random`: the same seed deals as FusionBench does.
/// - Throws: `PoolError.noModels`, `StructureError` where layers are missing.
public func recombineModelList(_ models: [any StateDict], seed: Int = 0) throws -> [any StateDict] {
  let tables = try models.map { try LayerTable($0, prefix: "") }
  guard let first = tables.first else { throw PoolError.noModels }
  for (model, table) in zip(models, tables) {
    if let stray = table.others.first {
      throw StructureError.notInAList(
        model.manifest.tensors[stray].name, in: model.label, remedy: "method.model_kind=state_dict")
    }
    guard table.layers.count == first.layers.count else {
      throw StructureError.layerCounts(
        table.layers.count, in: model.label, first.layers.count, reference: models[0].label)
    }
  }
  return try recombine(models, seed: seed, parts: first.layers.count) { part, model in
    tables[model].layers[part].map(\.position)
  }
}

/// Deals the modules of module dictionaries anew: new model i gets, for every name, the i-th of the
/// models' modules in a random order.
///
/// A module is all tensors whose names begin with the same part up to the first dot; the names are
/// shuffled in the order of the first model.
///
/// - Parameters:
///   - models: models with modules of the same names; what is in a module may differ.
///   - seed: of Python's `random`: the same seed deals as FusionBench does.
/// - Throws: `PoolError.noModels`, `StructureError` where modules are missing.
public func recombineModelDict(_ models: [any StateDict], seed: Int = 0) throws -> [any StateDict] {
  try recombineModelDict(models, seed: seed, order: .checkpoint)
}

/// Deals the tensors of models anew: new model i gets, for every tensor, the i-th of the models'
/// tensors of that name in a random order.
///
/// The tensors are shuffled in the order of the first model.
///
/// - Parameters:
///   - models: models of the same tensors in the same shapes.
///   - seed: of Python's `random`: the same seed deals as FusionBench does.
/// - Throws: `PoolError.noModels`, `TensorError` where the models do not fit together.
public func recombineStateDict(_ models: [any StateDict], seed: Int = 0) throws -> [any StateDict] {
  try recombineStateDict(models, seed: seed, order: .checkpoint)
}

func recombineModelDict(
  _ models: [any StateDict], seed: Int, order: KeyOrder
) throws -> [any StateDict] {
  guard let first = models.first else { throw PoolError.noModels }
  let modules = models.map { $0.manifest.positionsByModule() }
  let names = OrderedSet(
    order.positions(of: first.manifest).map { first.manifest.tensors[$0].name.module })
  for (model, own) in zip(models, modules) {
    if let missing = names.first(where: { own[$0] == nil }) {
      throw StructureError.noModule(missing, in: model.label, reference: first.label)
    }
    if let other = own.keys.first(where: { !names.contains($0) }) {
      throw StructureError.noModule(other, in: first.label, reference: model.label)
    }
  }
  return try recombine(models, seed: seed, parts: names.count) { part, model in
    modules[model][names[part]] ?? []
  }
}

func recombineStateDict(
  _ models: [any StateDict], seed: Int, order: KeyOrder
) throws -> [any StateDict] {
  guard let first = models.first else { throw PoolError.noModels }
  let positions = try models.map { try $0.positions(matching: first) }
  let keys = order.positions(of: first.manifest)
  return try recombine(models, seed: seed, parts: keys.count) { part, model in
    [positions[model][keys[part]]]
  }
}

/// Shuffles the owners of every part, in order, and hands the i-th owner's part to new model i.
///
/// - Parameter tensors: positions of the tensors of a part in a model.
private func recombine(
  _ models: [any StateDict], seed: Int, parts: Int, tensors: (_ part: Int, _ model: Int) -> [Int]
) throws -> [any StateDict] {
  var random = PythonRandom(seed: seed)
  var entries: [[RedirectedStateDict.Entry]] = models.map { _ in [] }
  for part in 0..<parts {
    var owners = Array(models.indices)
    random.shuffle(&owners)
    for (new, owner) in owners.enumerated() {
      entries[new] += tensors(part, owner).map { position in
        .init(
          name: models[owner].manifest.tensors[position].name, source: owner, position: position)
      }
    }
  }
  return try zip(entries, models).map { entries, model in
    try RedirectedStateDict(entries, of: models, label: "recombination of \(model.label)")
  }
}

extension Manifest {
  /// Positions of tensors by the module that they are in, names and positions in order.
  fileprivate func positionsByModule() -> OrderedDictionary<TensorName, [Int]> {
    var modules: OrderedDictionary<TensorName, [Int]> = [:]
    for (position, tensor) in tensors.enumerated() {
      modules[tensor.name.module, default: []].append(position)
    }
    return modules
  }
}

extension TensorName {
  /// The part before the first dot.
  fileprivate var module: TensorName {
    TensorName(String(string.prefix { $0 != "." }))
  }
}
