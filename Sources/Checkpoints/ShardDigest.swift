import Synchronization

/// The checksum of a file that several threads write, taken while they do.
///
/// A checksum goes through a file from front to back, so one thread at a time takes it: whichever
/// has just written when the next bytes are there. What was written ahead is read back when its turn
/// comes.
final class ShardDigest: Sendable {
  /// Bytes that a thread takes before it goes back to its own work.
  private static let turn = 2 << 20
  /// Bytes that are read back at a time: so few that memory for them costs no system call.
  private static let piece = 64 << 10

  private struct State {
    /// Whether a thread is at it.
    var isTaken = false
    /// The bytes before are done.
    var position = 0
    /// What was written but is not done.
    var waiting = RangeList()
  }

  private let state = Mutex(State())
  private let hash: Hash

  /// Used by the thread alone that has its turn.
  private final class Hash: @unchecked Sendable {
    let sum: any RunningChecksum
    init(_ sum: any RunningChecksum) { self.sum = sum }
  }

  /// A digest of a file that begins with these bytes.
  init(_ kind: ChecksumKind, header: [UInt8]) {
    hash = Hash(kind.start())
    header.withUnsafeBytes { hash.sum.update($0) }
    state.withLock { $0.position = header.count }
  }

  /// How far the checksum is.
  var position: Int { state.withLock { $0.position } }

  /// Notes bytes that were written, and goes on with the checksum if no other thread does.
  ///
  /// - Parameters:
  ///   - bytes: what the file holds from `offset` on.
  ///   - file: where to read back what others wrote.
  /// - Throws: `CheckpointError.system`, `.truncated`.
  func add(_ bytes: UnsafeRawBufferPointer, at offset: Int, of file: OpenFile) throws {
    guard !bytes.isEmpty else { return }
    let isOurs = state.withLock { state in
      let run = state.waiting.insert(offset..<offset + bytes.count)
      guard !state.isTaken, run.lowerBound == state.position else { return false }
      state.isTaken = true
      return true
    }
    guard isOurs else { return }
    defer { state.withLock { $0.isTaken = false } }
    var done = 0
    while done < Self.turn, let range = next(limit: max(Self.turn, bytes.count)) {
      let isHere = range.lowerBound == offset
      if isHere { hash.sum.update(bytes) }
      try read(range.dropFirst(isHere ? bytes.count : 0), of: file)
      state.withLock { $0.position = range.upperBound }
      done += range.count
    }
  }

  /// Takes what is left, from a file that is complete.
  ///
  /// - Returns: hexadecimal digits.
  /// - Throws: `CheckpointError.system`, `.truncated`.
  func finish(_ file: OpenFile, size: Int) throws -> String {
    try read(position..<size, of: file)
    return hash.sum.finish()
  }

  /// At most `limit` bytes that begin where the checksum is, taken from those that wait.
  private func next(limit: Int) -> Range<Int>? {
    state.withLock { state in
      guard let run = state.waiting.remove(from: state.position) else { return nil }
      guard run.count > limit else { return run }
      state.waiting.insert(run.lowerBound + limit..<run.upperBound)
      return run.prefix(limit)
    }
  }

  private func read(_ range: Range<Int>, of file: OpenFile) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(Self.piece, range.count), alignment: 4096)
    defer { buffer.deallocate() }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) {
      let count = min(Self.piece, range.upperBound - start)
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[0..<count])
      try file.read(at: start, into: part)
      hash.sum.update(UnsafeRawBufferPointer(part))
    }
  }
}
