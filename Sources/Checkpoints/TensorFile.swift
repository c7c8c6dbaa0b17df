import Tensors

/// One file with weights, held open: a name that comes to lead elsewhere changes nothing.
///
/// Safe to use from several threads.
public protocol TensorFile: Sendable {
  /// Where it was opened.
  var path: String { get }
  /// Its size and time of change when it was opened.
  var status: FileStatus { get }
  /// Its tensors, in the order of their data.
  var manifest: Manifest { get }
  /// Text that the writer left.
  var metadata: [(key: String, value: String)] { get }
  /// Names of tensors that share all their values: a later name and the first one.
  var sharedTensors: [(alias: TensorName, primary: TensorName)] { get }

  /// Copies elements of the tensor at `position` of the manifest.
  ///
  /// - Parameter destination: exactly as many bytes as the elements have.
  /// - Throws: `CheckpointError.truncated` when the file was cut meanwhile, `.system`.
  func read(
    _ position: Int, elements: Range<Int>, into destination: UnsafeMutableRawBufferPointer
  ) throws

  /// Asks whether the file still has the size and time of change that it was opened with, and
  /// its path still leads to it.
  ///
  /// - Throws: `CheckpointError.changed`, `.system`.
  func checkUnchanged() throws
}

extension TensorFile {
  /// None.
  public var sharedTensors: [(alias: TensorName, primary: TensorName)] { [] }
}
