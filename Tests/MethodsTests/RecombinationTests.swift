import ConfigTree
import FusionCore
import FusionTestSupport
import Foundation
import OrderedCollections
import Tensors
import Testing

@testable import Methods

@Suite struct RecombinationTests {
  static let goldens = Result { try RecombinationGoldens.load() }

  @Test("the generator draws what CPython's does")
  func words() throws {
    for golden in try Self.goldens.get().words {
      var random = PythonRandom(seed: golden.seed)
      let words = (0..<700).map { _ in random.nextWord() }
      #expect(stride(from: 0, to: 700, by: 100).map { words[$0] } == golden.words)
    }
  }

  @Test("lists are shuffled as CPython shuffles them")
  func shuffles() throws {
    for golden in try Self.goldens.get().shuffles {
      var random = PythonRandom(seed: golden.seed)
      for list in golden.lists {
        var shuffled = Array(list.indices)
        random.shuffle(&shuffled)
        #expect(shuffled == list, "seed \(golden.seed)")
      }
    }
  }

  @Test("module lists are dealt as FusionBench deals them")
  func moduleLists() throws {
    for golden in try Self.goldens.get().module_list {
      let models = try golden.inputs()
      #expect(try golden.values(of: recombineModelList(models, seed: golden.seed)) == golden.values)
      #expect(try golden.values(of: algorithm(golden, models)) == golden.values)
    }
  }

  @Test("module dictionaries are dealt as FusionBench deals them")
  func moduleDicts() throws {
    for golden in try Self.goldens.get().module_dict {
      let models = try golden.inputs()
      #expect(try golden.values(of: recombineModelDict(models, seed: golden.seed)) == golden.values)
      let entry = ConfigNode(.dictionary(["_target_": .init(.string("torch.nn.ModuleDict"))]))
      let kind = ModelKind.auto.resolved(entry: entry, model: models[0])
      #expect(kind == .moduleDict)
      #expect(try golden.values(of: algorithm(golden, models, kind: kind)) == golden.values)
    }
  }

  @Test("tensors are dealt as FusionBench deals them, without reading what it overwrote")
  func stateDicts() throws {
    for golden in try Self.goldens.get().state_dict {
      let models = try golden.inputs()
      #expect(try golden.values(of: recombineStateDict(models, seed: golden.seed)) == golden.values)
      #expect(try golden.values(of: algorithm(golden, models)) == golden.values)
    }
  }

  @Test("files sorted by name are dealt in the order of PyTorch's modules")
  func moduleOrder() throws {
    let all = try Self.goldens.get()
    for golden in all.clip + all.llama + all.state_dict {
      let sorted = try golden.inputs(sorted: true)
      #expect(sorted[0].manifest.tensors.map(\.name) != golden.keys.map { TensorName($0) })
      // The attribute 'scale' stands last in the class, and first in what PyTorch registers.
      #expect(try golden.values(of: algorithm(golden, sorted)) == golden.values)
      #expect(try golden.values(of: algorithm(golden, sorted, order: .module)) == golden.values)
    }
    let clip = all.clip[0]
    let kept = try algorithm(clip, clip.inputs(sorted: true), order: .checkpoint)
    #expect(try clip.values(of: kept) != clip.values)
  }

  @Test("every layer of every model is in exactly one new model")
  func everyLayerOnce() throws {
    let golden = try Self.goldens.get().clip[0]
    for seed in 0..<20 {
      let dealt = try golden.values(of: recombineStateDict(golden.inputs(), seed: seed))
      #expect(
        dealt.flatMap { $0 }.sorted()
          == (0..<3).flatMap { model in
            golden.keys.indices.map { 1000 * model + $0 }
          })
      for key in golden.keys.indices {
        #expect(Set(dealt.map { $0[key] % 1000 }) == [key])
      }
    }
  }

  @Test("what is in a layer may differ between models")
  func unlikeLayers() throws {
    func model(_ m: Double, _ names: [TensorName]) throws -> InMemoryStateDict {
      try InMemoryStateDict(names.map { try Tensor($0, shape: [1], values: [m]) })
    }
    let models = [
      try model(0, ["0.weight", "0.bias", "1.weight"]), try model(1, ["0.weight", "1.a.b", "1.c"]),
    ]
    var seen: [[TensorName]] = []
    for new in try recombineModelList(models, seed: 3) {
      seen.append(new.manifest.tensors.map(\.name))
      let owners = try new.manifest.tensors.map { try new.tensor($0.name).doubles()[0] }
      let layers = zip(new.manifest.tensors, owners).map { ($0.name.string.first, $1) }
      #expect(Set(layers.filter { $0.0 == "0" }.map(\.1)).count == 1)
    }
    #expect(
      seen.flatMap { $0 }.sorted() == models.flatMap { $0.manifest.tensors.map(\.name) }.sorted())
  }

  @Test("the configuration beats the argument where it is not null")
  func precedence() throws {
    let pool = try toModelPool([GoldenModel.stateDict(1), GoldenModel.stateDict(2)])
    for (config, argument, isPool) in [
      (nil, true, true), (nil, false, false), (true, false, true), (false, true, false),
    ] as [(Bool?, Bool, Bool)] {
      let method = ModelRecombinationAlgorithm()
      method.returnModelPool = config
      let result = try method.run(pool, returnModelPool: argument)
      switch result {
      case .pool(let new):
        #expect(isPool)
        #expect(new.modelNames == ["0", "1"])
        #expect(result.namedModels.map(\.name) == ["0", "1"])
      case .model: #expect(!isPool)
      default: Issue.record("\(result)")
      }
    }
    let result = try ModelRecombinationAlgorithm().run(pool)
    guard case .pool = result else { return #expect(Bool(false), "a pool is the default") }
  }

  @Test("models that do not fit together are refused with the name of what is missing")
  func refusals() throws {
    func model(_ names: [TensorName], label: String) throws -> InMemoryStateDict {
      try InMemoryStateDict(
        names.map { try Tensor($0, shape: [1], values: [0]) }, label: label)
    }
    let two = try model(["0.weight", "1.weight"], label: "two")
    let three = try model(["0.weight", "1.weight", "2.weight"], label: "three")
    let named = try model(["0.weight", "head.weight"], label: "named")
    #expect(message { _ = try recombineModelList([]) }?.contains("no models") == true)
    #expect(
      message { _ = try recombineModelList([two, three]) }
        == "three has 3 layer(s), but two has 2")
    #expect(
      message { _ = try recombineModelList([two, named]) }?
        .hasPrefix("named: tensor 'head.weight' is in no numbered layer") == true)
    #expect(
      message { _ = try recombineModelDict([two, three]) }
        == "two has no module '2', which three has")
    #expect(
      message { _ = try recombineModelDict([three, two]) }
        == "two has no module '2', which three has")
    #expect(message { _ = try recombineStateDict([three, two]) }?.contains("2.weight") == true)
    let method = ModelRecombinationAlgorithm()
    method.modelKind = .moduleList
    #expect(throws: AgreedError.self) { _ = try method.run(BaseModelPool()) }
  }

  @Test("names that were written to hurt are an error or keep their order")
  func hostileNames() throws {
    let deep = TensorName(String(repeating: "a.", count: 100_000))
    let names: [TensorName] = [deep, "", ".", "a", "a.", "007.b", "99999999999999999999.c"]
    let model = try InMemoryStateDict(names.map { try Tensor($0, shape: [1], values: [0]) })
    #expect(Set(ModuleOrder.positions(of: model.manifest)) == Set(names.indices))
    #expect(try recombineStateDict([model, model]).count == 2)
    #expect(throws: StructureError.self) { _ = try recombineModelList([model]) }
  }

  private func algorithm(
    _ golden: RecombinationGoldens.Case, _ models: [any StateDict], kind: ModelKind = .auto,
    order: KeyOrder = .auto
  ) throws -> [any StateDict] {
    let method = ModelRecombinationAlgorithm()
    let program = SeededProgram(seed: golden.seed)
    method.program = program
    method.modelKind = kind
    method.keyOrder = order
    return try withExtendedLifetime(program) {
      try method.run(toModelPool(models)).namedModels.map(\.model)
    }
  }
}

/// A program that has a seed and nothing else.
private final class SeededProgram: FusionProgram {
  let seed: Int?
  let taskpool: BaseTaskPool? = nil
  let fastDevRun = false

  init(seed: Int) { self.seed = seed }
}
