import Synchronization
import Tensors

/// A state dict that counts the bytes that are read of it, as if they came from a file.
public final class MeteredStateDict: StateDict {
  /// The source's.
  public let manifest: Manifest
  /// The source's.
  public let label: String
  private let source: any StateDict
  private let counted = Atomic(0)

  /// Counts what is read of `source`.
  public init(_ source: any StateDict) {
    self.source = source
    manifest = source.manifest
    label = source.label
  }

  /// Bytes read so far.
  public var bytesRead: Int { counted.load(ordering: .relaxed) }

  /// Reads the source.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    counted.wrappingAdd(destination.count, ordering: .relaxed)
    try source.read(slice, into: destination)
  }
}
