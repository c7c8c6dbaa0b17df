import Threading
import Foundation
import FusionCore

/// Reads files with two threads and writes one of the first one's size, durably.
struct Baseline {
  let inputs: [String]
  let output: String

  /// Seconds from start to end.
  func run() throws -> Double {
    let started = ContinuousClock.now
    let files = try inputs.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) }
    try Data().write(to: URL(fileURLWithPath: output))
    let target = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    let size = Int(try files[0].seekToEnd())
    let block = 1 << 20
    let descriptors = files.map(\.fileDescriptor)
    let out = target.fileDescriptor
    try withExtendedLifetime((files, target)) {
      _ = try Parallel(threads: 2).forEach(
        (size + block - 1) / block, makeState: { [UInt8](repeating: 0, count: block) }
      ) { buffer, index in
        let offset = index * block
        let count = min(block, size - offset)
        for descriptor in descriptors.reversed() {
          guard pread(descriptor, &buffer, count, off_t(offset)) == count else { throw IOError() }
        }
        guard pwrite(out, buffer, count, off_t(offset)) == count else { throw IOError() }
      }
      guard fsync(out) == 0 else { throw IOError() }
    }
    return (ContinuousClock.now - started) / .seconds(1)
  }
}

struct IOError: Error, CustomStringConvertible {
  var description: String { "reading or writing failed: \(String(cString: strerror(errno)))" }
}
