internal import CFileIO
internal import Glibc
import Synchronization

/// A second opening of a file that is read past the page cache.
final class DirectFile: Sendable {
  /// What offsets, lengths and addresses are multiples of.
  private static let unit = 4096

  private let file: OpenFile
  private let buffers = Mutex<[Buffer]>([])

  /// One thread's aligned memory.
  private final class Buffer: @unchecked Sendable {
    private(set) var bytes: UnsafeMutableRawBufferPointer
    init(_ count: Int) { bytes = .allocate(byteCount: count, alignment: DirectFile.unit) }
    deinit { bytes.deallocate() }
  }

  /// Opens the file that is open as `descriptor`; nil where the file system refuses.
  init?(descriptor: Int32) {
    guard
      let direct = try? OpenFile(
        "/proc/self/fd/\(descriptor)", O_RDONLY | cfile_direct_flag(), operation: "open")
    else { return nil }
    self.file = direct
  }

  /// Reads the bytes from `offset`.
  ///
  /// - Returns: false where the file system refuses after all, or the file ends early.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard let target = buffer.baseAddress else { return true }
    let start = offset / Self.unit * Self.unit
    let end = (offset + buffer.count + Self.unit - 1) / Self.unit * Self.unit
    let aligned = take(end - start)
    defer { buffers.withLock { $0.append(aligned) } }
    guard let base = aligned.bytes.baseAddress else { return false }
    // The last unit of a file is short.
    let wanted = offset + buffer.count - start
    var done = 0
    while done < wanted {
      let count = pread(
        file.descriptor, base + done, min(end - start - done, 1 << 30), off_t(start + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
      // What is not a multiple is the end of the file.
      if done < wanted && done % Self.unit != 0 { return false }
    }
    memcpy(target, base + (offset - start), buffer.count)
    return true
  }

  private func take(_ count: Int) -> Buffer {
    let free = buffers.withLock { $0.popLast() }
    if let free, free.bytes.count >= count { return free }
    return Buffer(count)
  }
}
