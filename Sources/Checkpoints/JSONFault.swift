/// Where and why bytes are not the JSON that a header or an index must be.
public struct JSONFault: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Kind: Equatable, Sendable {
    case expected(String, found: UInt8?)
    case invalidUTF8
    case invalidEscape
    case loneSurrogate
    case controlCharacter(UInt8)
    case notAnInteger
    case negativeNumber
    case numberTooLarge
    case tooDeep(limit: Int)
    case duplicateKey(String)
    case trailingBytes
  }

  /// What is wrong.
  public let kind: Kind
  /// The byte of the JSON text, from 0.
  public let offset: Int
}
