import FusionCore
import FusionTestSupport
import Methods
import Synchronization
import Tensors
import Testing

@Suite struct MethodGroupTests {
  @Test("methods that run together read as often as one of them and merge as each alone")
  func sharesPasses() throws {
    let group = try thresholds.map { try ties($0) }
    let together = try pool()
    let results = try MethodGroup.run(group, on: together.pool, in: LocalFabric())
    let merges = try results.map { try #require(try $0.get().model) }
    let facts = together.reads.total

    let single = try pool()
    _ = try MethodGroup.run([try ties(20)], on: single.pool, in: LocalFabric())
    // Cuts may need another round for some thresholds, never one each.
    #expect(facts <= 2 * single.reads.total)

    #expect(StateDictGroup.groups(of: merges) == [[0, 1, 2, 3]])
    let bytes = try read(StateDictGroup(merges))
    for (position, threshold) in thresholds.enumerated() {
      let alone = try #require(try ties(threshold).run(try pool().pool).model)
      #expect(bytes[position] == (try alone.allBytes()))
    }
    #expect(Set(bytes).count == thresholds.count)
  }

  @Test("a method that fails does not fail the others", arguments: [1, 3])
  func keepsOthers(_ ranks: Int) throws {
    let outcomes = try ThreadFabric.run(ranks: ranks) { fabric in
      let methods = [try ties(20), DummyAlgorithm(), try ties(0.001), try ties(60)]
      return try MethodGroup.run(methods, on: try pool().pool, in: fabric).map { result in
        switch result {
        case .success(let result): try result.model?.allBytes().count ?? 0
        case .failure(let error): Int(error.exitStatus)
        }
      }
    }
    let size = try GoldenModel.stateDict(0).allBytes().count
    #expect(outcomes.allSatisfy { $0[0] == size && $0[1] == size && $0[3] == size })
  }

  @Test("inputs of a pool are made once")
  func caches() throws {
    let pool = try pool().pool
    let first = try pool.loadPretrainedModelAndTaskVectors()
    #expect(try pool.loadPretrainedModelAndTaskVectors() === first)
    #expect(try pool.loadPretrainedModelAndTaskVectors(joint: true) !== first)
    #expect(try pool.values() !== first)
  }

  private let thresholds = [20.0, 50, 70, 90]

  private func ties(_ threshold: Double) throws -> TiesMergingAlgorithm {
    TiesMergingAlgorithm(scalingFactor: 0.3, threshold: threshold)
  }

  private func pool() throws -> (pool: BaseModelPool, reads: Reads) {
    let reads = Reads()
    let pool = try BaseModelPool(
      (0...3).map { number in
        let model = CountedStateDict(base: try GoldenModel.stateDict(number), reads: reads)
        return (number == 0 ? "_pretrained_" : "model\(number)", model)
      })
    return (pool, reads)
  }

  private func read(_ group: StateDictGroup) throws -> [[UInt8]] {
    var bytes: [[UInt8]] = group.models.map { _ in [] }
    for slice in group.slices(part: 0, of: 1, limit: 7) {
      let buffers = group.byteCounts(of: slice).map {
        UnsafeMutableRawBufferPointer.allocate(byteCount: $0, alignment: 8)
      }
      defer { for buffer in buffers { buffer.deallocate() } }
      try group.read(slice, into: buffers)
      for (position, buffer) in buffers.enumerated() { bytes[position] += buffer }
    }
    return bytes
  }
}

/// Elements that were read.
private final class Reads: Sendable {
  private let count = Atomic(0)
  var total: Int { count.load(ordering: .relaxed) }
  func add(_ elements: Int) { count.wrappingAdd(elements, ordering: .relaxed) }
}

private struct CountedStateDict: StateDict {
  let base: any StateDict
  let reads: Reads
  var manifest: Manifest { base.manifest }
  var label: String { base.label }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    reads.add(slice.count)
    try base.read(slice, into: destination)
  }
}
