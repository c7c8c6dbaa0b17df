/// A state dict that hands out the values of another one: some of them, in another type, or with
/// others added.
public protocol StateDictView: StateDict {
  /// Where the values come from.
  var source: any StateDict { get }
}

/// A view whose tensors are tensors of its source at other positions.
public protocol RearrangedStateDict: StateDictView {
  /// For every tensor its position in the source.
  var positions: [Int] { get }
}

extension RearrangedStateDict {
  /// The source's.
  public var label: String { source.label }

  /// Reads the source's tensor.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    try source.read(inSource(slice), into: destination)
  }

  /// Begins to read the source's tensor.
  public func begin(
    _ slice: Slice, into destination: UnsafeMutableRawBufferPointer
  ) throws -> (any PendingRead)? {
    try source.begin(inSource(slice), into: destination)
  }

  /// What the source's tensor takes.
  public func work(of slice: Slice) -> ReadingWork { source.work(of: inSource(slice)) }

  private func inSource(_ slice: Slice) -> Slice {
    Slice(tensor: positions[slice.tensor], elements: slice.elements)
  }
}

extension StateDict {
  /// What is behind all views: the checkpoint, the tensors in memory, or the merge.
  public var origin: any StateDict {
    (self as? any StateDictView)?.source.origin ?? self
  }
}
