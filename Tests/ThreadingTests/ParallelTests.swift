import Synchronization
import Testing
import Threading

@Suite struct ParallelTests {
  private struct Failure: Error {}

  @Test(
    "every item is worked on once, whatever the number of threads", arguments: [-1, 0, 1, 2, 5],
    [0, 1, 3, 1000])
  func items(_ threads: Int, _ count: Int) throws {
    let states = try Parallel(threads: threads).forEach(count, makeState: { [Int]() }) {
      $0.append($1)
    }
    #expect(states.flatMap { $0 }.sorted() == Array(0..<count))
    #expect((1...max(threads, 1)).contains(states.count))
  }

  @Test("an error of one item is thrown, and the rest is left", arguments: [1, 3])
  func errors(_ threads: Int) {
    let done = Atomic(0)
    #expect(throws: Failure.self) {
      try Parallel(threads: threads).forEach(100_000) { index in
        if index == 10 { throw Failure() }
        done.wrappingAdd(1, ordering: .relaxed)
      }
    }
    #expect(done.load(ordering: .relaxed) < 100_000)
  }

  private struct Numbered: Error, Equatable { let index: Int }

  @Test("of several errors the one of the first item is thrown", arguments: 1...50)
  func firstError(_ round: Int) {
    #expect(throws: Numbered(index: 7)) {
      try Parallel(threads: 4).forEach(100) { index in
        if index == 7 { for _ in 0..<1000 * (round % 5) { _ = Atomic(0).load(ordering: .relaxed) } }
        if index >= 7 { throw Numbered(index: index) }
      }
    }
  }
}
