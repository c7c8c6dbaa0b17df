import FusionCore
import Tensors

/// Evaluates candidates side by side: all ranks merge as many candidates at a time as there are ranks
/// that evaluate, and each of these gets a copy of one.
///
/// A candidate's score does not depend on the number of ranks: one thread evaluates it, whoever does.
struct AdaptiveEvaluator {
  private let world: any Fabric
  /// The ranks that evaluate.
  private let evaluators: [Int]
  private let taskpool: BaseTaskPool

  /// Chooses the ranks that evaluate, evenly among all.
  ///
  /// - Parameter candidates: how many there are at a time.
  init(world: any Fabric, taskpool: BaseTaskPool, candidates: Int) {
    self.world = world
    self.taskpool = taskpool
    let count = min(world.worldSize, candidates)
    evaluators = (0..<count).map { ($0 * world.worldSize + count - 1) / count }
  }

  /// The scores of candidates, in order, on every rank.
  ///
  /// Every process of the world needs to call this method.
  ///
  /// - Parameter candidates: merges of the same inputs.
  /// - Throws: `AgreedError` when reading or evaluating failed on any rank.
  func scores(of candidates: [any StateDict]) throws -> [AdaptiveScore] {
    // Bits of accuracy and loss of every candidate; 0 for those that others evaluate.
    nonisolated(unsafe) var table = [UInt64](repeating: 0, count: 2 * candidates.count)
    let threads = taskpool.threads
    taskpool.threads = world.threads
    defer { taskpool.threads = threads }
    for first in stride(from: 0, to: candidates.count, by: evaluators.count) {
      let wave = first..<min(first + evaluators.count, candidates.count)
      let copies = try world.materialise(
        StateDictGroup(Array(candidates[wave])), on: Array(evaluators.prefix(wave.count)))
      try world.agreeing {
        for (number, copy) in zip(wave, copies) {
          guard let copy else { continue }
          let score = try AdaptiveScore(try taskpool.evaluate(copy))
          table[2 * number] = score.accuracy.bitPattern
          table[2 * number + 1] = score.loss.bitPattern
        }
      }
    }
    try table.withUnsafeMutableBytes { try world.join($0) }
    return stride(from: 0, to: table.count, by: 2).map {
      AdaptiveScore(
        accuracy: Double(bitPattern: table[$0]), loss: Double(bitPattern: table[$0 + 1]))
    }
  }
}

extension Fabric {
  /// Rank 0's lists of numbers, bit by bit, on every rank.
  ///
  /// - Parameter width: numbers of a list, at least 1.
  func shared(_ lists: [[Double]], width: Int) throws -> [[Double]] {
    let bytes = lists.joined().flatMap { number in
      withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
    }
    let all = try broadcast(bytes, from: 0)
    let numbers = stride(from: 0, to: all.count, by: 8).map { start in
      Double(
        bitPattern: all[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
    return stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
  }
}
