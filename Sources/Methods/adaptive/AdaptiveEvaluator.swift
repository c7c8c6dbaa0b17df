import FusionCore
import Tensors

/// Evaluates candidates side by side: the ranks form groups, and every group merges and evaluates its
/// share of the candidates.
///
/// A candidate's score does not depend on the number of ranks: one thread evaluates it, whoever does.
struct AdaptiveEvaluator {
  private let world: any Fabric
  private let group: any Fabric
  private let groupNumber: Int
  private let groupCount: Int
  private let taskpool: BaseTaskPool

  /// Forms the groups.
  ///
  /// Every process of `world` needs to call this initialiser.
  ///
  /// - Parameter candidates: how many there are at a time.
  /// - Throws: what splitting throws.
  init(world: any Fabric, taskpool: BaseTaskPool, candidates: Int) throws {
    self.world = world
    self.taskpool = taskpool
    groupCount = min(world.worldSize, candidates)
    groupNumber = world.globalRank * groupCount / world.worldSize
    group = try world.split(color: groupNumber)
    group.threads = world.threads
  }

  /// The scores of candidates, in order, on every rank.
  ///
  /// Every process of the world needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading or evaluating failed on any rank.
  func scores(of candidates: [any StateDict]) throws -> [AdaptiveScore] {
    // A group that fails leaves no collective of the world unanswered.
    let own = Result { try ownScores(of: candidates) }
    nonisolated(unsafe) var table = try world.agreeing { try own.get() }
    try table.withUnsafeMutableBytes { try world.join($0) }
    return stride(from: 0, to: table.count, by: 2).map {
      AdaptiveScore(
        accuracy: Double(bitPattern: table[$0]), loss: Double(bitPattern: table[$0 + 1]))
    }
  }

  /// Bits of accuracy and loss of every candidate; 0 for those of other groups.
  private func ownScores(of candidates: [any StateDict]) throws -> [UInt64] {
    var table = [UInt64](repeating: 0, count: 2 * candidates.count)
    let threads = taskpool.threads
    taskpool.threads = group.threads
    defer { taskpool.threads = threads }
    for (number, candidate) in candidates.enumerated() where number % groupCount == groupNumber {
      let copy = try group.materialise(StateDictGroup([candidate]))?[0]
      try group.onGlobalZero {
        guard let copy else { return }
        let score = try AdaptiveScore(try taskpool.evaluate(copy))
        table[2 * number] = score.accuracy.bitPattern
        table[2 * number + 1] = score.loss.bitPattern
      }
    }
    return table
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
