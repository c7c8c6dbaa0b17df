/// Examples that a pool or a task pool can hand out by position.
public protocol Dataset: Sendable {
  /// Number of examples.
  var count: Int { get }
}
