import Glibc
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
      second.withUTF8 { second in
        guard first.count == second.count else { return false }
        guard let a = first.baseAddress, let b = second.baseAddress else { return true }
        return memcmp(a, b, first.count) == 0
      }
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
    var (first, second) = (a.string, b.string)
    return first.withUTF8 { first in
      second.withUTF8 { second in
        let shared = min(first.count, second.count)
        guard shared > 0, let a = first.baseAddress, let b = second.baseAddress else {
          return first.count < second.count
        }
        let order = memcmp(a, b, shared)
        return order == 0 ? first.count < second.count : order < 0
      }
    }
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
