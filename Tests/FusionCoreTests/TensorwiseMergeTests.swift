import FusionCore
import FusionTestSupport
import Synchronization
import Tensors
import Testing
import Threading

@Suite struct TensorwiseMergeTests {
  private static func source() throws -> InMemoryStateDict {
    try InMemoryStateDict([
      Tensor("small", shape: [3, 2], values: [1, 2, 3, 4, 5, 6]),
      Tensor("bias", shape: [2], values: [7, 8]),
      Tensor("large", shape: [40, 50], values: (0..<2000).map { Double($0) }),
      Tensor("empty", shape: [0, 5], values: []),
      Tensor("rest", shape: [3000], values: (0..<3000).map { -Double($0) }),
    ])
  }

  /// Doubles two tensors and counts how often it computed each.
  private static func merge(
    in world: any Fabric, _ computed: Counter
  ) throws -> TensorwiseMerge {
    let source = try source()
    let wholes = [(0, 6.0), (2, 2000.0), (3, 0.0)].map {
      TensorwiseMerge.Whole(tensor: $0.0, cost: $0.1, bytes: 1 << 40)
    }
    return TensorwiseMerge(
      wholes, others: source, in: world, counts: { [("counted", 3)] }
    ) { tensor, values in
      computed.add(tensor)
      let doubles = try source.tensor(at: tensor).doubles()
      for i in values.indices { values[i] = 2 * doubles[i] }
    }
  }

  private final class Counter: Sendable {
    let counts = Mutex<[Int: Int]>([:])
    func add(_ tensor: Int) { counts.withLock { $0[tensor, default: 0] += 1 } }
  }

  @Test("the parts cover every element once, and whole tensors are never cut", arguments: 1...6)
  func covers(_ parts: Int) throws {
    let merge = try Self.merge(in: LocalFabric(), Counter())
    var seen = merge.manifest.tensors.map { Array(repeating: 0, count: $0.count) }
    for part in 0..<parts {
      for slice in merge.slices(part: part, of: parts, limit: 700) {
        for element in slice.elements { seen[slice.tensor][element] += 1 }
        if [0, 2].contains(slice.tensor) {
          #expect(slice.count == merge.manifest.tensors[slice.tensor].count)
        } else {
          #expect(slice.count <= 700)
        }
      }
    }
    #expect(seen.joined().allSatisfy { $0 == 1 })
  }

  @Test("what is dealt is computed once, more than the memory allows waits, parts are kept")
  func computesOnce() throws {
    let counter = Counter()
    let merge = try Self.merge(in: LocalFabric(), counter)
    let slices = merge.slices(part: 0, of: 1, limit: 700)
    try Parallel(threads: 3).forEach(slices.count) { _ = try merge.bytes(of: [slices[$0]]) }
    #expect(counter.counts.withLock { $0 } == [0: 1, 2: 1])
    let parts = try merge.bytes(of: merge.manifest.slices(limit: 100))
    let isSame = parts == (try merge.allBytes())
    #expect(isSame)
    #expect(counter.counts.withLock { $0[2] } == 3)
    #expect(try merge.tensor("small").doubles() == [2, 4, 6, 8, 10, 12])
    #expect(try merge.tensor("bias").doubles() == [7, 8])
  }

  @Test("a cast rounds what was computed once")
  func casts() throws {
    let merge = try Self.merge(in: LocalFabric(), Counter()).casting(to: .bfloat16)
    #expect(merge.manifest.tensors.allSatisfy { $0.dtype == .bfloat16 })
    // 2 · 1999 = 3998 needs 11 bits; bfloat16 has 8.
    #expect(try merge.tensor("large").doubles()[1999] == 4000)
  }

  @Test("times and counts of all ranks come together in one line")
  func notes() throws {
    let notes = try ThreadFabric.run(ranks: 3) { fabric in
      let merge = try Self.merge(in: fabric, Counter())
      for slice in merge.slices(part: fabric.globalRank, of: 3, limit: 700) {
        _ = try merge.bytes(of: [slice])
      }
      return try merge.notes(in: fabric)
    }
    #expect(notes.allSatisfy { $0 == notes[0] && $0.count == 1 })
    #expect(notes[0][0].contains("2 whole tensors") && notes[0][0].hasSuffix("9 counted"))
  }

  @Test("the dearest items are dealt first, ties by position")
  func deals() {
    #expect(Dealing.parts(of: [1, 5, 3, 3, 2], among: 2) == [[1, 4], [2, 3, 0]])
    #expect(Dealing.parts(of: [1, 1, 1], among: 5) == [[0], [1], [2], [], []])
    #expect(Dealing.imbalance(of: [1, 5, 3, 3, 2], among: 2) == 1)
    #expect(Dealing.imbalance(of: [], among: 3) == 1)
    // The dearest first, to who has least, would make 5 + 3 + 3.
    #expect(
      Dealing.parts(of: [5, 5, 4, 4, 3, 3, 3], among: 3) == [[0, 2], [1, 3], [4, 5, 6]])
  }

  @Test("every item is dealt once, however many parts", arguments: [1, 2, 3, 7, 64, 1000])
  func dealsAll(_ parts: Int) {
    var numbers = SampleNumbers(seed: UInt64(parts))
    let costs = (0..<500).map { _ in Double(numbers.next() % 1000) }
    let dealt = Dealing.parts(of: costs, among: parts)
    #expect(dealt.count == parts && dealt.joined().sorted() == Array(0..<500))
    for items in dealt { #expect(items.map { -costs[$0] } == items.map { -costs[$0] }.sorted()) }
    let most = dealt.map { $0.reduce(0) { $0 + costs[$1] } }.max() ?? 0
    #expect(most <= costs.reduce(0, +) / Double(parts) + 999)
  }
}
