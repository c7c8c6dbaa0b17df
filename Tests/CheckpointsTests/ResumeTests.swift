import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

@Suite struct ResumeTests {
  private func writer(
    _ model: any StateDict, _ directory: String, plan: String? = "p", runID: String = "r",
    overwrite: Bool = false
  ) throws -> SafetensorsWriter {
    try SafetensorsWriter(
      model.manifest, to: directory, maxShardSize: 48, runID: runID, overwrite: overwrite,
      plan: plan)
  }

  /// Writes the slices whose number leaves a remainder, as a rank that is killed then.
  private func interrupt(
    _ model: any StateDict, in directory: String, rank: Int = 0, keeping: (Int) -> Bool
  ) throws {
    let writer = try writer(model, directory)
    try writer.create(resume: rank > 0)
    try writer.open(rank: rank)
    for (number, slice) in model.manifest.slices(limit: 3).enumerated() where keeping(number) {
      try write(slice, of: model, to: writer)
    }
    writer.suspend()
  }

  private func write(_ slice: Slice, of model: any StateDict, to writer: SafetensorsWriter) throws {
    var buffer = [UInt8](
      repeating: 0, count: slice.count * model.manifest.tensors[slice.tensor].dtype.byteCount)
    try buffer.withUnsafeMutableBytes { try model.read(slice, into: $0) }
    try buffer.withUnsafeBytes { try writer.write(slice, $0) }
  }

  /// Goes on, and says which slices it did again.
  private func resume(_ model: any StateDict, in directory: String) throws -> [Slice] {
    let writer = try writer(model, directory, runID: "again")
    let journal = try writer.create(resume: true)
    try writer.open()
    let intact = Coverage(try journal.records.filter { try writer.holds($0) })
    let redone = model.manifest.slices(limit: 3).filter {
      let (shard, bytes) = writer.layout.location(of: $0)
      return !intact.contains(bytes, of: shard)
    }
    for slice in redone { try write(slice, of: model, to: writer) }
    try writer.finishWriting()
    try writer.commit()
    return redone
  }

  @Test("What an interrupted run wrote is not written again, and the bytes are the same")
  func resumes() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      try interrupt(model, in: directory) { $0 % 3 == 0 }
      try interrupt(model, in: directory, rank: 5) { $0 % 3 == 1 }
      #expect(try listing(directory).allSatisfy { $0.hasPrefix(".model") })
      let redone = try resume(model, in: directory)
      #expect(
        redone
          == model.manifest.slices(limit: 3).enumerated().filter { $0.offset % 3 == 2 }
          .map(\.element))
      #expect(try listing(directory) == listing(Golden.directory + "/sharded"))
      try expectSame(try Checkpoint.open(directory), model)
    }
  }

  @Test("Bytes that changed since, and records that were cut short, are done again")
  func damage() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      try interrupt(model, in: directory) { _ in true }
      let shard = directory + "/.model-00002-of-00003.safetensors.tmp"
      var file = try bytes(of: shard)
      file[file.count - 1] ^= 1
      try put(file, at: shard)
      let journal = directory + "/.model.safetensors.0.journal"
      try put(try bytes(of: journal).dropLast(3).map { $0 }, at: journal)
      #expect(try resume(model, in: directory).count == 2)
      try expectSame(try Checkpoint.open(directory), model)
    }
  }

  @Test(
    "Another plan, another layout or a missing file begins anew",
    arguments: ["plan", "layout", "file", "size", "header", "journal"])
  func beginsAnew(_ change: String) throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      try interrupt(model, in: directory) { _ in true }
      let shard = directory + "/.model-00001-of-00003.safetensors.tmp"
      var plan: String? = "p"
      switch change {
      case "plan": plan = "q"
      case "file": unlink(shard)
      case "size": truncate(shard, 10)
      case "header":
        var file = try bytes(of: shard)
        file[9] ^= 1
        try put(file, at: shard)
      case "journal": try put("not a journal\n", at: directory + "/.model.safetensors.0.journal")
      default: break
      }
      let next =
        change == "layout"
        ? try SafetensorsWriter(model.manifest, to: directory, runID: "2", plan: plan)
        : try writer(model, directory, plan: plan)
      #expect(try next.create(resume: true).records == [])
      try fill(next, with: model)
      try next.commit()
      try expectSame(try Checkpoint.open(directory), model)
      #expect(try listing(directory).allSatisfy { !$0.hasPrefix(".") })
    }
  }

  @Test("Without being asked to resume, a run begins anew")
  func notAsked() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      try interrupt(model, in: directory) { _ in true }
      let next = try writer(model, directory)
      #expect(try next.create().records == [])
      next.discard()
      #expect(try listing(directory) == [])
    }
  }

  @Test("A run killed between two renames of its commit goes on from there")
  func killedInCommit() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      try interrupt(model, in: directory) { _ in true }
      let name = "model-00001-of-00003.safetensors"
      #expect(rename(directory + "/.\(name).tmp", directory + "/\(name)") == 0)
      #expect(try resume(model, in: directory) == [])
      #expect(try listing(directory) == listing(Golden.directory + "/sharded"))
    }
  }

  @Test("A shard of a whole output is never taken for an unfinished one")
  func wholeOutputStays() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      try save(model, to: directory, maxShardSize: 48)
      let second = try writer(model, directory, overwrite: true)
      try second.create()
      try second.open()
      try write(model.manifest.slices(limit: 3)[0], of: model, to: second)
      second.suspend()
      unlink(directory + "/.model-00003-of-00003.safetensors.tmp")
      let third = try writer(model, directory, overwrite: true)
      #expect(try third.create(resume: true).records == [])
      try expectSame(try Checkpoint.open(directory), model)
      third.discard()
      try expectSame(try Checkpoint.open(directory), model)
    }
  }

  @Test("A rank that opens after another run took the output writes nothing")
  func takenOver() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      let first = try writer(model, directory, runID: "1")
      try first.create()
      first.suspend()
      let second = try writer(model, directory, runID: "2")
      try second.create()
      #expect(failure { try first.open() } == .outputLocked(path: directory))
      second.discard()
    }
  }

  @Test("Journals survive every cut, and every changed byte costs only its record")
  func journalText() {
    let records = (0..<4).map {
      OutputJournal.Record(shard: $0 % 2, bytes: $0 * 10..<$0 * 10 + 10, checksum: UInt64($0) << 60)
    }
    let text = Array(
      (OutputJournal.title("p") + records.map { OutputJournal.line($0) }.joined()).utf8)
    #expect(OutputJournal.records(in: text, identity: "p", sizes: [40, 40]) == records)
    #expect(OutputJournal.records(in: text, identity: "q", sizes: [40, 40]) == [])
    #expect(OutputJournal.records(in: text, identity: "p", sizes: [40]).count == 2)
    #expect(OutputJournal.records(in: text, identity: "p", sizes: [29, 29]).count == 2)
    for end in text.indices {
      let cut = OutputJournal.records(in: Array(text[..<end]), identity: "p", sizes: [40, 40])
      #expect(cut == Array(records.prefix(cut.count)))
    }
    for position in text.indices.dropFirst(OutputJournal.title("p").utf8.count) {
      var changed = text
      changed[position] ^= 0x11
      let found = OutputJournal.records(in: changed, identity: "p", sizes: [40, 40])
      #expect(found.count >= 2 && found.allSatisfy(records.contains))
    }
    let journal = OutputJournal(records)
    #expect(OutputJournal(encoded: journal.encoded) == journal)
    #expect(journal.byteCount == 40)
  }

  @Test("Coverage joins neighbours and overlaps, and nothing else")
  func coverage() {
    func record(_ shard: Int, _ bytes: Range<Int>) -> OutputJournal.Record {
      OutputJournal.Record(shard: shard, bytes: bytes, checksum: 0)
    }
    let coverage = Coverage([
      record(0, 30..<40), record(0, 0..<10), record(0, 10..<20), record(0, 15..<18),
      record(1, 20..<30),
    ])
    #expect(coverage.byteCount == 40)
    #expect(coverage.contains(0..<20, of: 0))
    #expect(coverage.contains(5..<12, of: 0))
    #expect(coverage.contains(39..<40, of: 0))
    #expect(!coverage.contains(15..<21, of: 0))
    #expect(!coverage.contains(19..<31, of: 0))
    #expect(!coverage.contains(0..<10, of: 1))
    #expect(!coverage.contains(0..<1, of: 2))
  }

  @Test("Any changed bit of a range changes its checksum, at any length")
  func checksum() {
    for length in [1, 7, 8, 31, 32, 33, 100] {
      var bytes = (0..<length).map { UInt8($0 * 37 % 256) }
      let sum = bytes.withUnsafeBytes { OutputJournal.checksum($0) }
      for bit in 0..<length * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8)
        #expect(bytes.withUnsafeBytes { OutputJournal.checksum($0) } != sum)
        bytes[bit / 8] ^= 1 << (bit % 8)
      }
      #expect((bytes + [0]).withUnsafeBytes { OutputJournal.checksum($0) } != sum)
    }
  }
}
