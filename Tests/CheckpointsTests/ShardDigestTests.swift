import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

/// Checksums that are taken while files are written.
@Suite struct ShardDigestTests {
  /// Tensors of odd lengths, more bytes than a thread takes at a turn.
  private func model() throws -> InMemoryStateDict {
    try InMemoryStateDict(
      [7, 300_001, 1, 262_145].enumerated().map { number, count in
        try Tensor(
          TensorName("t\(number)"), shape: [count],
          values: (0..<count).map { Double(($0 * 31 + number) % 1000) })
      })
  }

  private func write(
    _ slices: [Slice], of model: InMemoryStateDict, to writer: SafetensorsWriter
  ) throws {
    for slice in slices {
      var buffer = [UInt8](repeating: 0, count: slice.count * 4)
      buffer.withUnsafeMutableBytes { model.read(slice, into: $0) }
      try buffer.withUnsafeBytes { try writer.write(slice, $0) }
    }
  }

  private func expectDigests(_ writer: SafetensorsWriter) throws {
    try writer.finishWriting()
    let found = try writer.layout.shards.indices.map { try writer.digest(of: $0) }
    try writer.commit()
    #expect(try found == writer.shardPaths.map { try FileChecksum(writer.checksum, of: $0).digits })
  }

  @Test(
    "In whatever order slices are written", arguments: [true, false], [1_000_000_000, 1_300_000])
  func orders(_ backwards: Bool, _ shardSize: Int) throws {
    try withDirectory { directory in
      let model = try model()
      let writer = try SafetensorsWriter(
        model.manifest, to: directory + "/m", maxShardSize: shardSize, runID: "r")
      try writer.create()
      try writer.open()
      let slices = model.manifest.slices(limit: 10_007)
      try write(backwards ? slices.reversed() : slices, of: model, to: writer)
      let sizes = writer.layout.shards.map { $0.size - $0.header.count }
      if !backwards { #expect(writer.digestedBytes == sizes) }
      try expectDigests(writer)
    }
  }

  @Test("What waits is held as few ranges, and taken in turns")
  func ranges() throws {
    var list = RangeList()
    #expect(list.insert(10..<20) == 10..<20 && list.insert(30..<40) == 30..<40)
    #expect(list.insert(20..<30) == 10..<40)
    #expect(list.remove(from: 20) == nil && list.remove(from: 10) == 10..<40)
    #expect(list.insert(5..<10) == 5..<10 && list.insert(40..<41) == 40..<41)
    try withDirectory { directory in
      // The second half first: more than a turn waits when the first byte comes.
      let bytes = (0..<5 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      try put(bytes, at: directory + "/f")
      let file = try OpenFile.reading(directory + "/f").0
      let digest = ShardDigest(.sha256, header: [])
      try bytes.withUnsafeBytes { all in
        for part in [1000..<bytes.count, 0..<1000] {
          try digest.add(.init(rebasing: all[part]), at: part.lowerBound, of: file)
        }
        #expect(digest.position >= 2 << 20 && digest.position < bytes.count)
        #expect(
          try digest.finish(file, size: bytes.count)
            == FileChecksum(.sha256, of: directory + "/f").digits)
      }
    }
  }

  @Test("By several threads at once")
  func threads() throws {
    try withDirectory { directory in
      let model = try model()
      let writer = try SafetensorsWriter(
        model.manifest, to: directory + "/m", runID: "r", checksum: .xxh128)
      try writer.create()
      try writer.open()
      let slices = model.manifest.slices(limit: 5003)
      DispatchQueue.concurrentPerform(iterations: slices.count) { number in
        do {
          try write([slices[number]], of: model, to: writer)
        } catch {
          Issue.record(error)
        }
      }
      try expectDigests(writer)
    }
  }

  @Test("By the rank that has the beginning; what others wrote is read from the file")
  func ranks() throws {
    try withDirectory { directory in
      let model = try model()
      let writers = try (0..<2).map { _ in
        try SafetensorsWriter(model.manifest, to: directory + "/m", runID: "r")
      }
      try writers[0].create()
      for (rank, writer) in writers.enumerated() {
        try writer.open(rank: rank)
        try write(model.manifest.slices(part: rank, of: 2), of: model, to: writer)
      }
      #expect(writers[0].digestedBytes[0] > 0 && writers[1].digestedBytes == [0])
      try writers[1].finishWriting()
      try expectDigests(writers[0])
    }
  }

  @Test("What an interrupted run wrote counts once it is read back")
  func resumed() throws {
    try withDirectory { directory in
      let model = try model()
      let slices = model.manifest.slices(limit: 10_007)
      let first = try SafetensorsWriter(
        model.manifest, to: directory + "/m", runID: "r", plan: "p")
      try first.create()
      try first.open()
      try write(Array(slices[0..<20]), of: model, to: first)
      first.suspend()
      let second = try SafetensorsWriter(
        model.manifest, to: directory + "/m", runID: "s", plan: "p")
      #expect(try second.create(resume: true).byteCount > 0)
      try second.open()
      for slice in slices[0..<20] {
        var buffer = [UInt8](repeating: 0, count: slice.count * 4)
        try buffer.withUnsafeMutableBytes { try second.read(slice, into: $0) }
      }
      let done = slices[0..<20].reduce(0) { $0 + $1.count * 4 }
      #expect(second.digestedBytes == [done])
      try write(Array(slices[20...]), of: model, to: second)
      try expectDigests(second)
    }
  }
}
