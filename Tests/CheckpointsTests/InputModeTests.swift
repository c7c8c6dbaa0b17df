import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

/// The mode is the whole process's: other tests read in these ways meanwhile, which must make no
/// difference to them.
@Suite(.serialized) struct InputModeTests {
  private func withMode<R>(_ mode: InputMode, _ body: () throws -> R) rethrows -> R {
    InputMode.current = mode
    defer { InputMode.current = .pread }
    return try body()
  }

  @Test(
    "every way of reading gives the same bytes, wherever they stand",
    arguments: [InputMode.pread, .mmap, .direct])
  func sameBytes(_ mode: InputMode) throws {
    try withDirectory { directory in
      let expected = (0..<20_001).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
      try put(expected, at: directory + "/file")
      let (file, _) = try withMode(mode) {
        try OpenFile.reading(directory + "/file", asInput: true)
      }
      for (start, count) in [
        (0, 1), (0, 4096), (1, 4095), (4095, 2), (4096, 8192), (5000, 10_000), (0, 20_001),
        (20_000, 1), (16_384, 3617), (20_001, 0),
      ] {
        var found = [UInt8](repeating: 0, count: count)
        try found.withUnsafeMutableBytes { try file.read(at: start, into: $0) }
        #expect(found == Array(expected[start..<start + count]), "\(start), \(count)")
      }
    }
  }

  @Test(
    "a file that is cut short while it is read is an error and no signal",
    arguments: [InputMode.pread, .mmap, .direct])
  func cutShort(_ mode: InputMode) throws {
    try withDirectory { directory in
      let path = directory + "/file"
      try put([UInt8](repeating: 7, count: 100_000), at: path)
      let (file, _) = try withMode(mode) { try OpenFile.reading(path, asInput: true) }
      #expect(truncate(path, 10) == 0)
      var found = [UInt8](repeating: 0, count: 50_000)
      let error = failure {
        try found.withUnsafeMutableBytes { try file.read(at: 40_000, into: $0) }
      }
      #expect(error == .truncated(path: path, offset: 40_000, expected: 50_000, found: 0))
    }
  }

  @Test("an empty file can be opened in every way", arguments: [InputMode.mmap, .direct])
  func empty(_ mode: InputMode) throws {
    try withDirectory { directory in
      try put([UInt8](), at: directory + "/file")
      let (file, status) = try withMode(mode) {
        try OpenFile.reading(directory + "/file", asInput: true)
      }
      #expect(status.size == 0)
      var none: [UInt8] = []
      try none.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
    }
  }

  @Test("models are the same in every way of reading", arguments: [InputMode.mmap, .direct])
  func models(_ mode: InputMode) throws {
    let model = try withMode(mode) { try Checkpoint.open(Golden.directory + "/sharded") }
    try expectSame(model, try Golden.layers())
  }
}
