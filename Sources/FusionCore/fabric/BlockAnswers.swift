import Threading
import Foundation

/// Threads that read what other processes ask for, so that the one that carries it is not held up.
///
/// They are started when the first block is asked for, and end with `end`.
public final class BlockAnswers: @unchecked Sendable {
  /// A block that was read for another process, or why it was not.
  public struct Answer {
    /// What the fabric gave with the request.
    public let ticket: Int
    /// The words and the exit status of an error.
    public let failure: (message: String, exitStatus: Int32)?
  }

  private struct Request {
    let block: Block
    let destination: UnsafeMutableRawBufferPointer
    let ticket: Int
  }

  private let exchange: BlockExchange
  private let most: Int
  private let condition = NSCondition()
  private var requests: [Request] = []
  private var answers: [Answer] = []
  private var threads: [WorkerThread] = []
  private var idle = 0
  private var isEnding = false

  /// Reads for `exchange` with up to `threads` threads.
  public init(_ exchange: BlockExchange, threads: Int) {
    self.exchange = exchange
    most = max(threads, 1)
  }

  /// Has a block read; an `Answer` with the ticket tells when that is done.
  public func read(_ block: Block, into destination: UnsafeMutableRawBufferPointer, ticket: Int) {
    condition.lock()
    defer { condition.unlock() }
    requests.append(Request(block: block, destination: destination, ticket: ticket))
    if idle == 0, threads.count < most, let thread = WorkerThread({ self.work() }) {
      threads.append(thread)
    }
    if threads.isEmpty {
      // The system has no thread left: this one must do.
      let request = requests.removeLast()
      answers.append(answer(request))
    } else {
      condition.signal()
    }
  }

  /// What was read since the last call.
  public func finished() -> [Answer] {
    condition.withLock {
      defer { answers.removeAll(keepingCapacity: true) }
      return answers
    }
  }

  /// Waits for the threads to end; nothing may be left to read.
  public func end() {
    condition.lock()
    isEnding = true
    let threads = self.threads
    self.threads = []
    condition.broadcast()
    condition.unlock()
    for thread in threads { thread.join() }
  }

  private func work() {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if !requests.isEmpty {
        let request = requests.removeFirst()
        condition.unlock()
        let answer = answer(request)
        condition.lock()
        answers.append(answer)
        exchange.wake()
      } else if isEnding {
        return
      } else {
        idle += 1
        condition.wait()
        idle -= 1
      }
    }
  }

  private func answer(_ request: Request) -> Answer {
    do {
      try exchange.source.read(request.block, into: request.destination)
      return Answer(ticket: request.ticket, failure: nil)
    } catch {
      return Answer(ticket: request.ticket, failure: ("\(error)", exitStatus(of: error)))
    }
  }
}
