/// A run of something that one process holds and others may ask it for.
public struct Block: Sendable, Hashable {
  /// Which of the things that the owner holds.
  public let object: Int
  /// Which part of it.
  public let part: Int
  /// Which elements of the part, in units that owner and asker agree on.
  public let elements: Range<Int>

  /// Names a block.
  public init(object: Int, part: Int, elements: Range<Int>) {
    self.object = object
    self.part = part
    self.elements = elements
  }
}
