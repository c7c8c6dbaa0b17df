import Synchronization
import Tensors

/// The weights of one model on disk: one file, or shards under an index, as they are stored.
///
/// Opening reads headers only. Tensors stand in the order of their data: shards by name, then by
/// offset, so reading the manifest from front to back reads every file from front to back.
/// Safe to use from several threads.
public final class Checkpoint: StoredModel {
  /// The path that the user gave.
  public let label: String
  /// Where the files are; configurations and tokenizers stand beside them.
  public let directory: String
  /// Names, types and shapes.
  public var manifest: Manifest { table.manifest }
  /// The files with the weights, in the order of the manifest.
  public let files: [any TensorFile]
  let table: TensorTable

  init(label: String, directory: String, files: [any TensorFile], table: TensorTable) {
    self.label = label
    self.directory = directory
    self.files = files
    self.table = table
  }

  /// Text that the writer left in the (first) file.
  public var metadata: [(key: String, value: String)] { files.first?.metadata ?? [] }

  /// Those of every file: tensors of different files share nothing.
  public var sharedTensors: [(alias: TensorName, primary: TensorName)] {
    files.flatMap(\.sharedTensors)
  }

  /// Reads elements, in their stored type, from the file.
  ///
  /// - Parameter destination: exactly `slice.count` elements.
  /// - Throws: `CheckpointError.truncated`, `.system`, and `.headersOnly` where `readsValues` is
  ///   false.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    guard Self.readsValues else { throw CheckpointError.headersOnly(path: label) }
    let location = table.locations[slice.tensor]
    try files[location.file].read(
      location.position, elements: slice.elements, into: destination)
    Self.counted.wrappingAdd(destination.count, ordering: .relaxed)
  }

  private static let counted = Atomic(0)
  private static let mayRead = Atomic(true)

  /// Whether this process may read values. Where only headers are wanted, as in planning, reading
  /// values is an error.
  public static var readsValues: Bool {
    get { mayRead.load(ordering: .relaxed) }
    set { mayRead.store(newValue, ordering: .relaxed) }
  }

  /// Bytes of values that this process has read from checkpoints so far.
  public static var bytesRead: Int { counted.load(ordering: .relaxed) }
}
