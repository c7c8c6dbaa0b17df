import Tensors

/// One PyTorch checkpoint file (`torch.save` since PyTorch 1.6), held open.
///
/// The pickle inside is read by a closed machine that can build tensors and containers and nothing
/// else; nothing in it is ever executed. Tensor values stay on disk until they are read, strided
/// views and shared storages included.
public final class TorchFile: TensorFile {
  /// Where it was opened.
  public let path: String
  /// Its size and time of change when it was opened.
  public let status: FileStatus
  /// Its tensors, in the order of their data.
  public var manifest: Manifest { header.manifest }
  /// Nothing: these files hold no text.
  public var metadata: [(key: String, value: String)] { [] }
  /// Tensors that are the same view of the same storage.
  public var sharedTensors: [(alias: TensorName, primary: TensorName)] { header.shared }
  private let header: TorchHeader
  private let file: OpenFile

  /// Opens the file and checks its archive and its pickle.
  ///
  /// - Throws: `TorchError`, `CheckpointError`.
  public init(path: String) throws {
    (file, status) = try OpenFile.reading(path, asInput: true)
    self.path = path
    header = try TorchHeader(FileBytes(file, count: status.size))
  }

  /// Copies elements of the tensor at `position` of the manifest.
  ///
  /// - Parameter destination: exactly as many bytes as the elements have.
  /// - Throws: `CheckpointError.truncated` when the file was cut meanwhile, `.system`.
  public func read(
    _ position: Int, elements: Range<Int>, into destination: UnsafeMutableRawBufferPointer
  ) throws {
    let info = manifest.tensors[position]
    precondition(
      elements.lowerBound >= 0 && elements.upperBound <= info.count
        && destination.count == elements.count * info.dtype.byteCount,
      "slice and destination must lie within the tensor and agree")
    if elements.isEmpty { return }
    try header.views[position].read(
      elements, from: FileBytes(file, count: status.size), into: destination)
  }

  /// Asks whether the file is still the one that was opened.
  ///
  /// - Throws: `CheckpointError.changed`, `.system`.
  public func checkUnchanged() throws { try file.checkUnchanged(since: status) }
}
