/// A table of tensors without values: it reads as zeros.
public struct BlankStateDict: StateDict {
  /// Names, types and shapes.
  public let manifest: Manifest
  /// What to call it in messages.
  public let label: String

  /// Takes a table.
  public init(manifest: Manifest, label: String) {
    self.manifest = manifest
    self.label = label
  }

  /// Writes zeros.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) {
    destination.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// Nothing is read from files.
  public func work(of slice: Slice) -> ReadingWork { ReadingWork() }
}
