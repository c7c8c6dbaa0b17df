import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import FusionTestSupport
import Tensors
import Testing

@testable import ModelPools

/// Models that are each read by one rank.
@Suite(.timeLimit(.minutes(2))) struct ModelDealingTests {
  private static let goldens = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Goldens").path(percentEncoded: false)

  private static func pool(
    _ entries: [(String, String)], in world: (any Fabric)? = nil
  ) throws -> BaseModelPool {
    var models = ConfigNode(.dictionary([:]))
    for (name, path) in entries { models[name] = ConfigNode(.string(path)) }
    var node = ConfigNode(.dictionary([:]))
    node["_target_"] = ConfigNode(.string("LazyStateDictPool"))
    node["models"] = models
    let pool = try Registry(builtinModelPools).make(
      node, role: "modelpool", as: BaseModelPool.self)
    pool.fabric = world
    return pool
  }

  @Test("models are dealt in turn, those that few ranks see before the others")
  func owners() {
    let all = [true, true, true, true, true]
    #expect(ModelDealing.owners(sight: [all]) == [0, 0, 0, 0, 0])
    #expect(ModelDealing.owners(sight: [all, all]) == [0, 1, 0, 1, 0])
    #expect(ModelDealing.owners(sight: [[], []]) == [])
    let first = [true, true, true, false]
    let second = [true, false, false, false]
    // Rank 0 has two that only it sees, so the one that both see is rank 1's.
    #expect(ModelDealing.owners(sight: [first, second]) == [1, 0, 0, nil])
  }

  @Test(
    "all ranks read the same values, configurations and files, whoever has the model",
    arguments: [2, 3, 5])
  func values(_ ranks: Int) throws {
    let adapters = Self.goldens + "/adapters"
    let sharded = Self.goldens + "/safetensors/sharded"
    // Adapters whose base is another rank's, dequantised weights, shards.
    let entries = [
      ("_pretrained_", adapters + "/base"), ("plain", adapters + "/plain"),
      ("f8", adapters + "/f8"), ("bias", adapters + "/bias_all"), ("rs", adapters + "/rslora"),
      ("shards", sharded),
    ]
    let alone = try Self.pool(entries)
    let expected = try entries.map { try alone.loadModel($0.0).allBytes() }
    let manifests = try entries.map { try alone.loadModel($0.0).manifest }
    let configurations = try entries.map { try alone.configuration(of: $0.0)?.text() }
    let own = try ThreadFabric.run(ranks: ranks, threads: 2) { world in
      let pool = try Self.pool(entries, in: world)
      try pool.deal(.model)
      #expect(pool.split == .model)
      for (number, (name, _)) in entries.enumerated() {
        let bytes = try world.agreeing {
          let model = try pool.loadModel(name)
          #expect(model.manifest == manifests[number])
          #expect(try pool.configuration(of: name)?.text() == configurations[number])
          return try model.allBytes()
        }
        #expect(bytes == expected[number], "\(name) on rank \(world.globalRank)")
      }
      let files = try world.agreeing { try #require(try pool.sideFileModel()).storedFiles }
      #expect(files.map(\.path) == [adapters + "/base/model.safetensors"])
      return pool.sources.map(\.name)
    }
    // Every model has one owner.
    #expect(own.joined().sorted() == entries.map(\.0).sorted())
  }

  @Test("files beside the weights are copied from the rank that has them", arguments: [1, 2])
  func sideFiles(_ ranks: Int) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "dealing-\(UUID().uuidString)").path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // The first model is rank 0's, the second, which the files belong to, rank 1's.
    let base = folder + "/base"
    try SideFiles.copy(from: Self.goldens + "/adapters/f8", to: base, fsync: false)
    let tokenizer = [UInt8]((0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    try AtomicFile.write(tokenizer, to: base + "/tokenizer.json", fsync: false)
    let weights = try #require(
      FileManager.default.contents(atPath: Self.goldens + "/adapters/base/model.safetensors"))
    try AtomicFile.write([UInt8](weights), to: base + "/model.safetensors", fsync: false)
    let target = folder + "/out"
    let names = try ThreadFabric.run(ranks: ranks) { world in
      let pool = try Self.pool(
        [("a", Self.goldens + "/adapters/base"), ("_pretrained_", base)], in: world)
      try pool.deal(.model)
      return try world.agreeing {
        guard world.isGlobalZero else { return [String]() }
        let model = try #require(try pool.sideFileModel())
        #expect((model is RemoteModel) == (ranks > 1))
        return try model.copySideFiles(to: target, fsync: false)
      }
    }
    #expect(names[0] == ["config.json", "tokenizer.json"])
    #expect(FileManager.default.contents(atPath: target + "/tokenizer.json") == Data(tokenizer))
  }

  @Test("a file that is cut while it is read is the same error on all ranks, and no hang")
  func cutFile() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "dealing-\(UUID().uuidString)").path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let weights = try #require(
      FileManager.default.contents(atPath: Self.goldens + "/adapters/base/model.safetensors"))
    for name in ["a", "b"] {
      try AtomicFile.write(
        [UInt8](weights), to: folder + "/\(name)/model.safetensors", fsync: false)
    }
    let outcomes = ThreadFabric.outcomes(ranks: 3, threads: 2) { world in
      let pool = try Self.pool([("a", folder + "/a"), ("b", folder + "/b")], in: world)
      try pool.deal(.model)
      let inputs = try pool.values()
      try world.onGlobalZero {
        guard truncate(folder + "/b/model.safetensors", 300) == 0 else {
          throw PoolError.noModels
        }
      }
      let merge = ElementwiseMerge(inputs, label: "mean") { block in
        for model in block.models { block.sum.add(model) }
      }
      _ = try pool.saveModel(merge, to: folder + "/out")
    }
    for outcome in outcomes {
      guard case .failure(let error as AgreedError) = outcome else {
        Issue.record("\(outcome) is not an agreed failure")
        continue
      }
      #expect(error.description.hasPrefix(folder + "/b/model.safetensors"), "\(error)")
      #expect(error.exitStatus == 1)
    }
    #expect(!FileManager.default.fileExists(atPath: folder + "/out/model.safetensors"))
  }

  @Test("auto deals models only where a rank does not see one; one rank has them all")
  func auto() throws {
    let entries = [("a", Self.goldens + "/adapters/base"), ("b", Self.goldens + "/adapters/f8")]
    let seen = try ThreadFabric.run(ranks: 2) { world in
      let pool = try Self.pool(entries, in: world)
      try pool.deal(.auto)
      let own = world.globalRank == 0 ? entries : [entries[0], ("b", "/nowhere/b")]
      let other = try Self.pool(own, in: world)
      try other.deal(.auto)
      let isOwn = try world.agreeing { !(try other.loadModel("b").origin is RemoteModel) }
      #expect(isOwn == (world.globalRank == 0))
      return [pool.split, other.split]
    }
    #expect(seen == [[.layer, .model], [.layer, .model]])
    let one = try Self.pool(entries)
    try one.deal(.auto)
    #expect(one.split == .layer && one.fabric?.exchange == nil)
  }

  @Test("a model that no rank sees, or that is none, is an error when it is asked for")
  func unseen() throws {
    let texts = try ThreadFabric.run(ranks: 2) { world in
      let pool = try Self.pool(
        [
          ("a", Self.goldens + "/adapters/base"), ("gone", "/nowhere/at all"),
          ("bad", Self.goldens + "/adapters/dora"),
        ], in: world)
      try pool.deal(.model)
      try world.agreeing { _ = try pool.loadModel("a") }
      return ["gone", "bad"].map { name -> String in
        do {
          try world.agreeing { _ = try pool.loadModel(name) }
          return "no error"
        } catch {
          return "\(error)"
        }
      }
    }
    #expect(
      texts[0][0] == "model 'gone': none of the 2 ranks sees a checkpoint at /nowhere/at all; "
        + "with fabric.split=model one of them must")
    #expect(texts[0][1].contains("dora"), "\(texts[0][1])")
    #expect(texts[0] == texts[1])
  }
}
