/// The unit that a plan never cuts.
public enum Grain: Sendable, Hashable {
  /// Any run of elements: perfect balance, one giant embedding included.
  case element
  /// Whole rows (the last dimension).
  case row
  /// Whole tensors.
  case tensor
}
