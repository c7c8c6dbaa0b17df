import Checkpoints
import Synchronization
import Tensors

/// Takes the slices of one output, from several threads at once.
public final class OutputSlices: Sendable {
  private let manifest: Manifest
  private let writer: SafetensorsWriter
  private let written: Coverage
  private let nonFinite: Mutex<[Int64]>

  init(_ writer: SafetensorsWriter, written: Coverage) {
    manifest = writer.layout.manifest
    self.writer = writer
    self.written = written
    nonFinite = Mutex(Array(repeating: 0, count: manifest.tensors.count))
  }

  /// For every tensor how many NaN and infinite values were seen.
  var nonFiniteCounts: [Int64] { nonFinite.withLock { $0 } }

  /// Whether an interrupted run wrote the slice and it was found as that run left it.
  public func isWritten(_ slice: Slice) -> Bool {
    let (shard, bytes) = writer.layout.location(of: slice)
    return written.contains(bytes, of: shard)
  }

  /// Counts in a slice that is written already.
  ///
  /// - Parameter buffer: room for the elements of the slice.
  /// - Throws: `CheckpointError`.
  public func adopt(_ slice: Slice, _ buffer: UnsafeMutableRawBufferPointer) throws {
    try writer.read(slice, into: buffer)
    count(slice, UnsafeRawBufferPointer(buffer))
  }

  /// Writes the elements of a slice.
  ///
  /// - Parameter bytes: exactly the elements of the slice.
  /// - Throws: `CheckpointError`.
  public func write(_ slice: Slice, _ bytes: UnsafeRawBufferPointer) throws {
    count(slice, bytes)
    try writer.write(slice, bytes)
  }

  private func count(_ slice: Slice, _ bytes: UnsafeRawBufferPointer) {
    let found = Conversion.nonFiniteCount(bytes, as: manifest.tensors[slice.tensor].dtype)
    if found > 0 { nonFinite.withLock { $0[slice.tensor] += Int64(found) } }
  }
}
