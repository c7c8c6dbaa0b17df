import FusionCore
import Tensors

/// A model by its number, and the process that sends blocks of it.
struct RemoteBlocks: Sendable {
  let number: Int
  let owner: Int
  let exchange: BlockExchange

  /// Asks for elements of `unit` bytes each, in blocks that are not too large.
  func ask(
    part: Int, _ elements: Range<Int>, unit: Int, into destination: UnsafeMutableRawBufferPointer
  ) -> RemoteRead {
    let most = BlockExchange.largestBlock / unit
    let fetches = stride(from: 0, to: elements.count, by: most).map { start in
      let end = min(start + most, elements.count)
      let first = elements.lowerBound
      return exchange.fetch(
        Block(object: number, part: part, elements: first + start..<first + end), of: owner,
        into: .init(rebasing: destination[start * unit..<end * unit]))
    }
    return RemoteRead(exchange: exchange, fetches: fetches)
  }
}

/// Blocks of a model that are on their way.
struct RemoteRead: PendingRead {
  fileprivate let exchange: BlockExchange
  fileprivate let fetches: [BlockFetch]

  func finish() throws {
    var failure: (any Error)?
    for fetch in fetches {
      do {
        try exchange.wait(for: fetch)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }
}
