import ConfigTree
import Foundation
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

/// What docs/adding-an-algorithm.md shows is compiled here, as it is printed there.
@Suite struct AddedAlgorithmTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// The blocks of Swift on the page.
  private static func blocks() throws -> [String] {
    let page = tests.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/adding-an-algorithm.md")
    return try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```swift\n")
      .dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }

  private static func source(_ name: String) throws -> String {
    try String(contentsOf: tests.appendingPathComponent(name), encoding: .utf8)
  }

  @Test("the page shows the files that are compiled here")
  func page() throws {
    let blocks = try Self.blocks()
    #expect(blocks.count == 4)
    #expect(blocks[0] == (try Self.source("WiSEFTAlgorithm.swift")))
    #expect(blocks[1] == "  WiSEFTAlgorithm.self,\n")
    #expect(blocks[2] == (try Self.source("WiSEFTTests.swift")))
    let lines = blocks[3].split(separator: "\n", omittingEmptySubsequences: false)
    let body = lines.map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
    #expect(try Self.source("AddedAlgorithmTests.swift").contains(body))
  }

  @Test("the one line in the list is all that a configuration needs")
  func registration() throws {
    #expect(!builtinMethods.contains { $0 == WiSEFTAlgorithm.self })
    for name in ["fusion_bench.method.WiSEFTAlgorithm", "WiSEFTAlgorithm"] {
      let node = ConfigNode(
        .dictionary(["_target_": ConfigNode(.string(name)), "alpha": ConfigNode(.float(0.25))]))
      let made: BaseAlgorithm = try Registry(builtinMethods + [WiSEFTAlgorithm.self])
        .make(node, role: "method")
      #expect((made as? WiSEFTAlgorithm)?.alpha == 0.25)
      #expect(made.config["alpha"]?.value == .float(0.25))
    }
  }

  @Test("facts about whole models are the same on any number of ranks", arguments: [1, 2, 5])
  func facts(_ ranks: Int) throws {
    let alone = try facts(of: try GoldenModel.pool(), in: LocalFabric())
    #expect(alone.medians.count == 3 && alone.medians.allSatisfy { $0 > 0 && $0 < 0.1 })
    #expect(alone.positive > 0 && alone.sums.allSatisfy { $0[0] > 0 })
    let all = try ThreadFabric.run(ranks: ranks, threads: 1) { fabric in
      let pool = try GoldenModel.pool()
      pool.fabric = fabric
      return try facts(of: pool, in: fabric)
    }
    #expect(all.count == ranks && all.allSatisfy { $0 == alone })
  }

  private struct Facts: Equatable {
    let medians: [Double]
    let positive: Int64
    let sums: [[Double]]
  }

  private func facts(of modelpool: BaseModelPool, in world: any Fabric) throws -> Facts {
    let inputs = try modelpool.loadPretrainedModelAndTaskVectors()
    // The median magnitude of each task vector, over all tensors.
    let medians = try inputs.kthMagnitudes(inputs.manifest.elementCount / 2, in: world)
    // An integer, summed over all blocks of all ranks.
    let positive = try inputs.sum(in: world) { block in
      var count: Int64 = 0
      for model in block.models {
        switch model {
        case .float32(let x): for value in x where value > 0 { count += 1 }
        case .float64(let x): for value in x where value > 0 { count += 1 }
        }
      }
      return count
    }
    // Floating-point sums per tensor, all in one pass: here ‖τ‖² of the first model and τ_1·τ_2.
    let sums = try inputs.tensorSums(in: world, count: 2) { block, sums in
      sums[0] += block.models[0].squaredNorm()
      sums[1] += block.models[0].dot(block.models[1])
    }
    return Facts(medians: medians, positive: positive, sums: sums)
  }
}
