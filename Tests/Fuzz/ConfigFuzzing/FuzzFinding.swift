/// An input that did not end as every input must.
public struct FuzzFinding: Error, CustomStringConvertible {
  /// The number of the input in its run.
  public var index: Int
  /// What is wrong.
  public var problem: String
  /// The input, as a literal.
  public var input: String

  /// The finding as one text.
  public var description: String { "input \(index): \(problem): \(input)" }
}
