import Wording

/// The name of a tensor: compared, ordered and hashed by its UTF-8 bytes.
///
/// `String` treats two spellings of one character as equal; a checkpoint may hold both as two
/// tensors, so names are never compared as strings.
public struct TensorName: Sendable {
  /// The name as text.
  public let string: String

  /// Wraps `string`.
  public init(_ string: String) { self.string = string }
}

extension TensorName: Hashable {
  /// Equality of the UTF-8 bytes.
  public static func == (a: TensorName, b: TensorName) -> Bool {
    var (first, second) = (a.string, b.string)
    return first.withUTF8 { first in
      second.withUTF8 { first.count == $0.count && first.elementsEqual($0) }
    }
  }

  /// Hashes the UTF-8 bytes.
  public func hash(into hasher: inout Hasher) {
    var string = string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xFF))
  }
}

extension TensorName: Comparable {
  /// Order of the UTF-8 bytes.
  public static func < (a: TensorName, b: TensorName) -> Bool {
    a.string.utf8.lexicographicallyPrecedes(b.string.utf8)
  }
}

extension TensorName: ExpressibleByStringLiteral {
  /// A name written in source.
  public init(stringLiteral value: String) { self.init(value) }
}

extension TensorName: CustomStringConvertible {
  /// The name cut at 200 characters, with everything escaped that is not plainly visible.
  public var description: String { oneLine(string, limit: 200) }
}
