import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import OrderedCollections
import Tensors

extension FabricModelFusionProgram {
  /// `merge_manifest.json`: where every byte of the output came from.
  func mergeManifest(
    _ saved: SavedModel, sideFiles: [String], _ parts: Parts
  ) throws -> JSONValue {
    var seconds = OrderedDictionary<String, JSONValue>()
    for (action, time) in profiler.totals where time > 0 { seconds[action] = .number(time) }
    seconds["save"] = .number(saved.seconds)
    return .object([
      "fusion_bench": .string(fusionBenchVersion),
      "config": JSONValue(config),
      "inputs": .array(parts.pool.openedModels.map { input($0.name, $0.model) }),
      "outputs": .array(
        saved.files.map {
          .object([
            "file": .string(URL(fileURLWithPath: $0.path).lastPathComponent),
            "size": .integer($0.size), $0.checksum.kind.rawValue: .string($0.checksum.digits),
          ])
        }),
      "side_files": .array(sideFiles.map { .string($0) }),
      "non_finite": .object(
        OrderedDictionary(
          saved.nonFinite.map { ($0.tensor.string, .integer($0.count)) },
          uniquingKeysWith: { first, _ in first })),
      "plan": saved.plan.map { .string($0) } ?? .null,
      "seed": seed.map { .integer($0) } ?? .null,
      "ranks": .integer(world.worldSize),
      "threads": .integer(world.threads),
      "split": .string(parts.pool.split.rawValue),
      "exchanged_bytes": saved.exchangedBytes.map { .integer($0) } ?? .null,
      "backend": .string(world.backend),
      "seconds": .object(seconds),
      "peak_memory_bytes": .array(saved.peakMemory.map { .integer($0) }),
    ])
  }

  private func input(_ name: String, _ model: any StateDict) -> JSONValue {
    let files = (model.origin as? any StoredModel)?.storedFiles ?? []
    return .object([
      "name": .string(name), "source": .string(model.label),
      "files": .array(
        files.map { .object(["path": .string($0.path), "size": .integer($0.size)]) }),
    ])
  }
}

extension JSONValue {
  /// The configuration as JSON.
  init(_ node: ConfigNode) {
    switch node.value {
    case .null: self = .null
    case .missing: self = .string("???")
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .integer(value)
    case .float(let value): self = .number(value)
    case .bigInteger(let text), .string(let text), .interpolation(let text): self = .string(text)
    case .list(let nodes): self = .array(nodes.map { JSONValue($0) })
    case .dictionary(let entries):
      var members = OrderedDictionary<String, JSONValue>()
      for (key, value) in entries { members[key.description] = JSONValue(value) }
      self = .object(members)
    }
  }
}
