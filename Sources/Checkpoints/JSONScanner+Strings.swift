extension JSONScanner {
  /// Reads a string, escapes decoded.
  mutating func string() throws(JSONFault) -> String {
    guard next == UInt8(ascii: "\"") else { throw fault(.expected("a string", found: next)) }
    offset += 1
    let start = offset
    var seen: UInt8 = 0
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        let run = UnsafeBufferPointer(rebasing: bytes[start..<offset])
        // Plain ASCII, as nearly always, needs no validation.
        let text =
          seen < 0x80
          ? String(decoding: run, as: UTF8.self) : String(validating: run, as: UTF8.self)
        guard let text else {
          offset = start
          throw fault(.invalidUTF8)
        }
        offset += 1
        return text
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw fault(.controlCharacter(byte))
      default:
        seen |= byte
        offset += 1
      }
    }
    throw fault(.expected("'\"'", found: nil))
  }

  /// The rest of a string in which an escape stands at the reading position.
  private mutating func escapedString(from start: Int) throws(JSONFault) -> String {
    var decoded = Array(bytes[start..<offset])
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: decoded, as: UTF8.self) else {
          offset = start
          throw fault(.invalidUTF8)
        }
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        offset += 1
        decoded.append(contentsOf: try escape().utf8)
      case 0..<0x20: throw fault(.controlCharacter(byte))
      default:
        decoded.append(byte)
        offset += 1
      }
    }
    throw fault(.expected("'\"'", found: nil))
  }

  /// What stands after a backslash.
  private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
    guard let byte = next else { throw fault(.invalidEscape) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw fault(.invalidEscape)
    }
  }

  private mutating func unicodeEscape() throws(JSONFault) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, next == UInt8(ascii: "\\") else { throw fault(.loneSurrogate) }
    offset += 1
    guard next == UInt8(ascii: "u") else { throw fault(.loneSurrogate) }
    offset += 1
    let second = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw fault(.loneSurrogate) }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault(.invalidEscape)
      }
      value = (value << 4) + UInt32(digit)
      offset += 1
    }
    return value
  }
}
