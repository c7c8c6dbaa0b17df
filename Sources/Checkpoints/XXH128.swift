internal import CFileIO

/// A running XXH3 with 128 bits, computed by libxxhash.
final class XXH128: RunningChecksum {
  private let state: UnsafeMutableRawPointer

  /// Starts a checksum.
  init() {
    guard let state = cfile_xxh128_create() else { preconditionFailure("memory is exhausted") }
    self.state = state
  }

  deinit { cfile_xxh128_free(state) }

  func update(_ bytes: UnsafeRawBufferPointer) {
    cfile_xxh128_update(state, bytes.baseAddress, bytes.count)
  }

  /// Ends the checksum: 32 hexadecimal digits, the most significant first.
  func finish() -> String {
    var halves: [UInt64] = [0, 0]
    cfile_xxh128_finish(state, &halves)
    return halves.map {
      let digits = String($0, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
