internal import CFileIO
internal import Glibc

/// A file mapped into memory, as long as this object lives.
final class MappedFile: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let size: Int

  /// Maps `size` bytes of an open file; nil where the file system cannot, or where there are none.
  init?(descriptor: Int32, size: Int) {
    guard size > 0,
      let base = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED
    else { return nil }
    madvise(base, size, MADV_SEQUENTIAL)
    self.base = base
    self.size = size
  }

  deinit { munmap(base, size) }

  /// Copies the bytes from `offset`. A file that was cut short meanwhile is an error, no signal.
  ///
  /// - Returns: false where the bytes cannot be had.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard let target = buffer.baseAddress else { return true }
    guard offset >= 0, offset <= size, buffer.count <= size - offset else { return false }
    return cfile_copy_mapped(target, base + offset, buffer.count) == 0
  }
}
