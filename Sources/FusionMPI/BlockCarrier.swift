import Foundation
import FusionCore
import MPIModule

/// Carries blocks between the processes of a communicator while one body runs on each of them.
///
/// Who wants a block sends its owner a request and awaits the bytes with a tag that the request
/// names. The owner has the block read and sends it, or an empty message in its place and then the
/// error. When the bodies of all processes have ended, nothing is left under way.
final class BlockCarrier {
  /// Blocks that this process awaits at a time.
  private static let window = 48
  /// The tag of requests; answers have tags below.
  private static let requestTag = 1000
  /// What is added to an answer's tag for the error that follows an empty answer.
  private static let errorTags = 2000
  /// Words of a request: tag, object, part, first element, end, bytes.
  private static let requestWords = 6

  private let communicator: Communicator
  private let exchange: BlockExchange
  private let answers: BlockAnswers
  private let room: Int

  /// A block on its way to this process.
  private struct Awaited {
    let fetch: BlockFetch
    let message: PendingMessage
    let tag: Int
  }

  /// A block that another process asked for.
  private struct Asked {
    let rank: Int
    let tag: Int
    /// The memory that it is read into, and how much of it that is.
    let memory: UnsafeMutableRawBufferPointer
    let byteCount: Int
  }

  private var awaited: [Awaited] = []
  private var freeTags = Array(0..<window)
  private var waiting: [(rank: Int, request: [Int64])] = []
  private var asked: [Int: Asked] = [:]
  private var nextTicket = 0
  private var sent: [(message: PendingMessage, memory: UnsafeMutableRawBufferPointer)] = []
  private var free: [UnsafeMutableRawBufferPointer] = []
  private var buffers = 0

  init(_ communicator: Communicator, _ exchange: BlockExchange, threads: Int) {
    self.communicator = communicator
    self.exchange = exchange
    answers = BlockAnswers(exchange, threads: threads)
    room = max(WorkingMemory.bytes / 4 / BlockExchange.largestBlock, 4)
  }

  deinit { for bytes in free { bytes.deallocate() } }

  /// Carries until the bodies of all processes have ended.
  func run() throws {
    var pause = Pause()
    var barrier: PendingMessage?
    while true {
      var moved = try ask()
      moved = try listen() || moved
      moved = try answer() || moved
      moved = try receive() || moved
      moved = try forget() || moved
      if barrier == nil, exchange.isOver { barrier = try communicator.beginBarrier() }
      let isIdle = waiting.isEmpty && asked.isEmpty && sent.isEmpty
      if try barrier?.test() != nil, isIdle { return }
      if moved {
        pause.reset()
      } else if let seconds = pause.next(isUnderWay: !(awaited.isEmpty && sent.isEmpty)) {
        exchange.pause(seconds: seconds)
      } else {
        sched_yield()
      }
    }
  }

  /// Waits for the threads that read, once the exchange is over: what they may wait for themselves
  /// has come then, or failed.
  func end() { answers.end() }

  /// Sends requests for what the threads of this process want.
  private func ask() throws -> Bool {
    var moved = false
    while let tag = freeTags.last, let fetch = exchange.next() {
      freeTags.removeLast()
      moved = true
      let message = try communicator.beginReceive(
        into: fetch.destination, from: fetch.owner, tag: tag)
      awaited.append(Awaited(fetch: fetch, message: message, tag: tag))
      let words: [Int64] = [
        Int64(tag), Int64(fetch.block.object), Int64(fetch.block.part),
        Int64(fetch.block.elements.lowerBound), Int64(fetch.block.elements.upperBound),
        Int64(fetch.destination.count),
      ]
      let request = UnsafeMutableRawBufferPointer.allocate(
        byteCount: words.count * 8, alignment: 8)
      words.withUnsafeBytes { request.copyMemory(from: $0) }
      try send(request, request.count, to: fetch.owner, tag: Self.requestTag)
    }
    return moved
  }

  /// Takes requests of other processes, and has read what there is room for.
  private func listen() throws -> Bool {
    var moved = false
    while let (rank, byteCount) = try communicator.probe(tag: Self.requestTag) {
      moved = true
      var request = [Int64](repeating: 0, count: byteCount / 8)
      try request.withUnsafeMutableBufferPointer {
        try communicator.receive(into: $0, from: rank, tag: Self.requestTag)
      }
      waiting.append((rank, request))
    }
    while let (rank, request) = waiting.first, request.count == Self.requestWords,
      let bytes = buffer()
    {
      waiting.removeFirst()
      moved = true
      let byteCount = Int(request[5])
      asked[nextTicket] = Asked(
        rank: rank, tag: Int(request[0]), memory: bytes, byteCount: byteCount)
      answers.read(
        Block(
          object: Int(request[1]), part: Int(request[2]),
          elements: Int(request[3])..<Int(request[4])),
        into: .init(rebasing: bytes[0..<byteCount]), ticket: nextTicket)
      nextTicket += 1
    }
    return moved
  }

  /// Sends what was read.
  private func answer() throws -> Bool {
    let finished = answers.finished()
    for answer in finished {
      guard let asked = asked.removeValue(forKey: answer.ticket) else { continue }
      guard let failure = answer.failure else {
        try send(asked.memory, asked.byteCount, to: asked.rank, tag: asked.tag)
        continue
      }
      let empty = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
      try send(empty, 0, to: asked.rank, tag: asked.tag)
      let text = [UInt8(truncatingIfNeeded: failure.exitStatus)] + Array(failure.message.utf8)
      let words = text.prefix(asked.memory.count)
      asked.memory.copyBytes(from: words)
      try send(asked.memory, words.count, to: asked.rank, tag: Self.errorTags + asked.tag)
    }
    return !finished.isEmpty
  }

  /// Hands over what has arrived.
  private func receive() throws -> Bool {
    var rest: [Awaited] = []
    for one in awaited {
      guard let count = try one.message.test() else {
        rest.append(one)
        continue
      }
      let fetch = one.fetch
      if count == fetch.destination.count {
        exchange.complete(fetch, .success(()))
      } else {
        exchange.complete(fetch, .failure(try failure(from: fetch.owner, tag: one.tag)))
      }
      freeTags.append(one.tag)
    }
    defer { awaited = rest }
    return rest.count < awaited.count
  }

  /// The error that follows an empty answer.
  private func failure(from rank: Int, tag: Int) throws -> ExchangeError {
    while true {
      if let (source, count) = try communicator.probe(tag: Self.errorTags + tag), source == rank {
        let text: [UInt8] = try communicator.receive(
          count: count, from: rank, tag: Self.errorTags + tag)
        return .owner(
          message: String(decoding: text.dropFirst(), as: UTF8.self),
          exitStatus: Int32(text.first ?? 1))
      }
    }
  }

  /// Lets go of what was sent.
  private func forget() throws -> Bool {
    var rest: [(message: PendingMessage, memory: UnsafeMutableRawBufferPointer)] = []
    for one in sent {
      if try one.message.test() == nil {
        rest.append(one)
      } else if one.memory.count == BlockExchange.largestBlock {
        free.append(one.memory)
      } else {
        one.memory.deallocate()
      }
    }
    defer { sent = rest }
    return rest.count < sent.count
  }

  /// Sends the first bytes of memory that is let go of afterwards.
  private func send(
    _ memory: UnsafeMutableRawBufferPointer, _ byteCount: Int, to rank: Int, tag: Int
  ) throws {
    let bytes = UnsafeRawBufferPointer(rebasing: memory[0..<byteCount])
    sent.append((try communicator.beginSend(bytes, to: rank, tag: tag), memory))
  }

  /// Room for a block, while there is any.
  private func buffer() -> UnsafeMutableRawBufferPointer? {
    if let bytes = free.popLast() { return bytes }
    guard buffers < room else { return nil }
    buffers += 1
    return .allocate(byteCount: BlockExchange.largestBlock, alignment: 4096)
  }
}

/// How long a process that finds nothing to do sleeps before it looks again.
private struct Pause {
  /// Looks without sleep while messages are under way, about 0.1 ms: a block takes less to come from
  /// memory, and a sleep, however short, more.
  private static let wakefulLooks = 100

  private var looks = 0
  private var idle = 0.0

  mutating func reset() { (looks, idle) = (0, 0) }

  /// A sixteenth of the time slept so far, at least 20 µs, at most 5 ms; 0.2 ms while messages are
  /// under way; at first nil then: other threads go first, but no sleep.
  mutating func next(isUnderWay: Bool) -> Double? {
    if isUnderWay, looks < Self.wakefulLooks {
      looks += 1
      return nil
    }
    let seconds = min(max(idle / 16, 20e-6), isUnderWay ? 0.2e-3 : 5e-3)
    idle += seconds
    return seconds
  }
}
