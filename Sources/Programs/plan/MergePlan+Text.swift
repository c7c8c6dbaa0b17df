import Checkpoints
import Foundation
import FusionCore
import OrderedCollections
import Wording

extension MergePlan {
  /// A table for people: a line for each number of ranks; where there is only one number, a line
  /// for each rank.
  public var text: String {
    let bytesIn = inputs.reduce(0) { $0 + $1.bytes }
    let tensors = outputs.reduce(0) { $0 + $1.tensors }
    let bytesOut = outputs.reduce(0) { $0 + $1.bytes }
    var text = "\(method): \(inputs.count) models of \(ByteSize.text(bytesIn)) together"
    text += " become \(outputs.count == 1 ? "one" : "\(outputs.count)") of \(tensors) tensors"
    text += ", \(ByteSize.text(bytesOut))"
    if passCount > 0 { text += "; passes over the models before: \(passCount)" }
    text += "\ntaken for granted: \(assumptions)\n\n"
    text += worlds.count == 1 ? table(of: worlds[0]) : tableOfWorlds
    return text
  }

  private var assumptions: String {
    let rates = [("read", options.readRate), ("write", options.writeRate)].map {
      "plan.\($0)=\(ByteSize.exactText($1.bytes))"
    }
    let storage = options.storageRate.map { ByteSize.exactText($0.bytes) } ?? "null"
    let merge = ByteSize.exactText(options.mergeRate.bytes)
    return
      (rates + [
        "plan.storage=\(storage)", "plan.merge=\(merge)", "plan.gflops=\(options.gflops)",
        "fabric.threads=\(threads)",
      ]).joined(separator: ", ")
  }

  private var tableOfWorlds: String {
    let heading = [
      "ranks", "read", "most read", "most written", "most computing", "memory", "imbalance",
      "seconds",
    ]
    let rows = worlds.map { world in
      let ranks = world.ranks
      return [
        "\(ranks.count)", ByteSize.text(ranks.reduce(0) { $0 + $1.bytesRead }),
        ByteSize.text(ranks.map(\.bytesRead).max() ?? 0),
        ByteSize.text(ranks.map(\.bytesWritten).max() ?? 0),
        Self.seconds(ranks.map(\.computing).max() ?? 0) + " s",
        ByteSize.text(ranks.map(\.memory).max() ?? 0), String(format: "%.3f", world.imbalance),
        Self.seconds(world.seconds) + (world.isStorageBound ? " (storage)" : ""),
      ]
    }
    return TextTable(heading, rows, right: Set(heading.indices)).text
      + "\n'most' and memory are of one rank; imbalance: the most time of a rank over the mean\n"
  }

  private func table(of world: World) -> String {
    let heading = ["rank", "read", "written", "computing", "memory", "seconds"]
    let rows = world.ranks.enumerated().map { number, rank in
      [
        "\(number)", ByteSize.text(rank.bytesRead), ByteSize.text(rank.bytesWritten),
        Self.seconds(rank.computing) + " s", ByteSize.text(rank.memory),
        Self.seconds(rank.seconds),
      ]
    }
    let imbalance = String(format: "%.3f", world.imbalance)
    return TextTable(heading, rows, right: Set(heading.indices)).text
      + "\nimbalance \(imbalance), \(Self.seconds(world.seconds)) seconds together"
      + (world.isStorageBound ? ", bound by storage\n" : "\n")
  }

  /// Three digits at least.
  private static func seconds(_ value: Double) -> String {
    String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
  }
}

extension MergePlan {
  /// The same for programs, with every rank.
  public var json: JSONValue {
    .object([
      "method": .string(method),
      "inputs": .array(
        inputs.map { .object(["name": .string($0.name), "bytes": .integer($0.bytes)]) }),
      "outputs": .array(
        outputs.map { .object(["tensors": .integer($0.tensors), "bytes": .integer($0.bytes)]) }),
      "passes": .integer(passCount),
      "threads": .integer(threads),
      "rates": .object([
        "read": .integer(options.readRate.bytes), "write": .integer(options.writeRate.bytes),
        "storage": options.storageRate.map { .integer($0.bytes) } ?? .null,
        "merge": .integer(options.mergeRate.bytes), "gflops": .number(options.gflops),
      ]),
      "worlds": .array(worlds.map(\.json)),
    ])
  }
}

extension MergePlan.World {
  fileprivate var json: JSONValue {
    .object([
      "ranks": .integer(ranks.count),
      "seconds": .number(seconds),
      "imbalance": .number(imbalance),
      "storage_bound": .bool(isStorageBound),
      "each": .array(
        ranks.map {
          .object([
            "bytes_read": .integer($0.bytesRead), "bytes_written": .integer($0.bytesWritten),
            "computing_seconds": .number($0.computing), "memory_bytes": .integer($0.memory),
            "seconds": .number($0.seconds),
          ])
        }),
    ])
  }
}
