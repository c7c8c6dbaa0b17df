/// A state dict that hands out the values of another one: some of them, in another type, or with
/// others added.
public protocol StateDictView: StateDict {
  /// Where the values come from.
  var source: any StateDict { get }
}

extension StateDict {
  /// What is behind all views: the checkpoint, the tensors in memory, or the merge.
  public var origin: any StateDict {
    (self as? any StateDictView)?.source.origin ?? self
  }
}
