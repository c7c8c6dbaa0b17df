internal import Glibc
import Tensors

extension SafetensorsWriter {
  /// What an interrupted run of this plan left: nil unless all its files are there, with the
  /// headers and sizes that the plan gives them. The index is written again.
  func interrupted() throws -> OutputJournal? {
    guard let plan else { return nil }
    let names = try temporaryFiles().filter { $0.hasSuffix(".journal") }
    let sizes = layout.shards.map(\.size)
    let records = try names.flatMap { name in
      let (file, status) = try OpenFile.reading(name)
      return OutputJournal.records(in: try file.bytes(status.size), identity: plan, sizes: sizes)
    }
    guard !records.isEmpty else { return nil }
    for shard in layout.shards where try !takeUp(shard) { return nil }
    try writeIndex()
    return OutputJournal(records)
  }

  /// Whether the file of a shard is there under its temporary name. One that a run was killed
  /// over giving its final name gets the temporary one back, unless it is part of a whole output.
  private func takeUp(_ shard: SafetensorsLayout.Shard) throws -> Bool {
    let (temporary, final) = (temporary(shard.name), Paths.join(directory, shard.name))
    if try hasHeader(of: shard, temporary) { return true }
    guard let indexPath, !Paths.exists(indexPath), try hasHeader(of: shard, final) else {
      return false
    }
    try check("rename", final) { rename(final, temporary) }
    return true
  }

  private func hasHeader(of shard: SafetensorsLayout.Shard, _ path: String) throws -> Bool {
    guard Paths.kind(of: path) == .regular else { return false }
    let (file, status) = try OpenFile.reading(path)
    return try status.size == shard.size && file.bytes(shard.header.count) == shard.header
  }

  /// Whether a range of the temporary files holds what a journal says.
  ///
  /// - Throws: `CheckpointError.system`, `.truncated`.
  public func holds(_ record: OutputJournal.Record) throws -> Bool {
    let (file, _, _) = openFile(record.shard)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: record.bytes.count, alignment: 4096)
    defer { bytes.deallocate() }
    try file.read(at: record.bytes.lowerBound, into: bytes)
    return OutputJournal.checksum(UnsafeRawBufferPointer(bytes)) == record.checksum
  }

  /// Reads back the elements of a slice that an interrupted run wrote.
  ///
  /// - Parameter destination: exactly the elements of `slice`.
  /// - Throws: `CheckpointError.system`, `.truncated`.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let (shard, range) = layout.location(of: slice)
    let (file, _, digest) = openFile(shard)
    try file.read(at: range.lowerBound, into: destination)
    try digest.add(UnsafeRawBufferPointer(destination), at: range.lowerBound, of: file)
  }

  /// Marks the files as written, so that `finishWriting()` waits for their data: those of an
  /// interrupted run may not be on the disk yet.
  public func adoptWritten() {
    state.withLock { $0.written = Array(repeating: true, count: $0.files.count) }
  }
}
