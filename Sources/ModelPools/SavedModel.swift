import Checkpoints
import Tensors

/// One finished output.
public struct SavedModel {
  /// A weight file.
  public struct File {
    /// Its final path.
    public let path: String
    /// Its bytes.
    public let size: Int
    /// Its checksum.
    public let checksum: FileChecksum
  }

  /// A tensor with values that are NaN or infinite.
  public struct NonFinite: Equatable {
    /// Its name.
    public let tensor: TensorName
    /// How many such values it has.
    public let count: Int
    /// How many values it has.
    public let of: Int
  }

  /// The directory or file.
  public let path: String
  /// The weight files.
  public let files: [File]
  /// Bytes of all weight files together.
  public let byteCount: Int
  /// Seconds that computing and writing took.
  public let seconds: Double
  /// Peak resident memory of every rank, in bytes.
  public let peakMemory: [Int]
  /// The tensors with values that are NaN or infinite, in the order of the output.
  public let nonFinite: [NonFinite]
  /// What the bytes depend on, as it was given.
  public let plan: String?
  /// Bytes of models that the ranks had sent each other by the time it was finished; nil where every
  /// rank reads all models itself.
  public var exchangedBytes: Int? = nil
}
