/// One finished output.
public struct SavedModel {
  /// A weight file.
  public struct File {
    /// Its final path.
    public let path: String
    /// Its bytes.
    public let size: Int
    /// Its checksum, on rank 0; empty elsewhere.
    public let sha256: String
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
}
