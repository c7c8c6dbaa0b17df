import FusionCore
import Synchronization

/// A rank of a world of threads while it exchanges blocks with the others.
final class BlockPeer: Sendable {
  private let answers: BlockAnswers
  private let asked = Mutex<(next: Int, fetches: [Int: (BlockFetch, BlockExchange)])>((0, [:]))
  private let count = Atomic(0)

  init(_ exchange: BlockExchange, threads: Int) {
    answers = BlockAnswers(exchange, threads: threads)
  }

  /// How many ranks' bodies have ended, on rank 0's.
  var ended: Int { count.load(ordering: .sequentiallyConsistent) }

  func countEnded() { count.add(1, ordering: .sequentiallyConsistent) }

  /// Has a block read here that another rank wants.
  func ask(_ fetch: BlockFetch, for exchange: BlockExchange) {
    let ticket = asked.withLock { asked in
      asked.fetches[asked.next] = (fetch, exchange)
      defer { asked.next += 1 }
      return asked.next
    }
    answers.read(fetch.block, into: fetch.destination, ticket: ticket)
  }

  /// Tells those who wait for what was read; whether there was anything.
  func answer() -> Bool {
    let finished = answers.finished()
    for answer in finished {
      guard
        let (fetch, exchange) = asked.withLock({ $0.fetches.removeValue(forKey: answer.ticket) })
      else { continue }
      exchange.complete(
        fetch,
        answer.failure.map {
          .failure(ExchangeError.owner(message: $0.message, exitStatus: $0.exitStatus))
        } ?? .success(()))
    }
    return !finished.isEmpty
  }

  func end() { answers.end() }
}
