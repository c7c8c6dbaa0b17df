import OrderedCollections

extension JSONValue {
  /// Reads a JSON document as Python's `json` does: of a key given twice the last value counts, and
  /// `NaN`, `Infinity` and `-Infinity` are numbers. Objects keep their order.
  ///
  /// - Parameter source: what to call the document in messages.
  /// - Throws: `JSONParsingError`.
  public init(parsing text: [UInt8], source: String) throws {
    var parser = JSONParser(text: text, source: source)
    self = try parser.document()
  }
}

/// Where and why a JSON document cannot be read.
public struct JSONParsingError: Error, Equatable, CustomStringConvertible {
  /// What the document is called, a path.
  public let source: String
  /// Bytes before the place.
  public let offset: Int
  /// What is wrong there.
  public let problem: String

  /// One line for the user.
  public var description: String { "\(source): no JSON: \(problem) at byte \(offset)" }
}

/// A recursive descent over the bytes of a document.
private struct JSONParser {
  static let depthLimit = 100

  let text: [UInt8]
  let source: String
  var offset = 0

  init(text: [UInt8], source: String) {
    self.text = text
    self.source = source
  }

  var next: UInt8? { offset < text.count ? text[offset] : nil }

  mutating func document() throws -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard next == nil else { throw fault("more after the end") }
    return value
  }

  mutating func value(depth: Int) throws -> JSONValue {
    guard depth < Self.depthLimit else { throw fault("more than \(Self.depthLimit) levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    default: return try word()
    }
  }

  mutating func object(depth: Int) throws -> JSONValue {
    offset += 1
    var members: OrderedDictionary<String, JSONValue> = [:]
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw fault("no key") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw fault("no ':'") }
      members[key] = try value(depth: depth + 1)
      skipSpace()
    } while take(",")
    guard take("}") else { throw fault("neither ',' nor '}'") }
    return .object(members)
  }

  mutating func array(depth: Int) throws -> JSONValue {
    offset += 1
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(values) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw fault("neither ',' nor ']'") }
    return .array(values)
  }

  /// A number, `true`, `false`, `null`, or one of Python's words.
  mutating func word() throws -> JSONValue {
    let start = offset
    while let byte = next, byte.isWordByte { offset += 1 }
    let word = String(decoding: text[start..<offset], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN": return .number(.nan)
    case "Infinity": return .number(.infinity)
    case "-Infinity": return .number(-.infinity)
    default: break
    }
    let digits = word.utf8.drop { $0 == UInt8(ascii: "-") }
    let isNumber =
      word.utf8.allSatisfy { $0.isNumberByte } && word.utf8.count - digits.count <= 1
      && (digits.first.map { (0x30...0x39).contains($0) } ?? false)
      && !(digits.first == 0x30
        && (digits.dropFirst().first.map { (0x30...0x39).contains($0) } ?? false))
    if isNumber, let number = Int(word) { return .integer(number) }
    if isNumber, word.utf8.last.map({ (0x30...0x39).contains($0) }) == true,
      let number = Double(word)
    {
      return .number(number)
    }
    offset = start
    throw fault(word.isEmpty ? "no value" : "no value that JSON knows")
  }

  mutating func string() throws -> String {
    offset += 1
    var bytes: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw fault("a control character in a string") }
      offset += 1
      if byte == UInt8(ascii: "\\") { try escape(into: &bytes) } else { bytes.append(byte) }
    }
    guard take("\"") else { throw fault("a string without an end") }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw fault("a string that is no UTF-8")
    }
    return string
  }

  private mutating func escape(into bytes: inout [UInt8]) throws {
    let escapes: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D,
      UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "\""): UInt8(ascii: "\""),
      UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt8(ascii: "/"),
    ]
    guard let byte = next else { throw fault("a string without an end") }
    offset += 1
    if let plain = escapes[byte] { return bytes.append(plain) }
    guard byte == UInt8(ascii: "u") else { throw fault("an unknown escape") }
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code), text[offset...].starts(with: Array("\\u".utf8)) {
      let before = offset
      offset += 2
      let low = try hexadecimal()
      if (0xDC00..<0xE000).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      } else {
        offset = before
      }
    }
    // Half of a pair stands for no character.
    bytes += Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("an escape of fewer than four digits")
      }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private func fault(_ problem: String) -> JSONParsingError {
    JSONParsingError(source: source, offset: offset, problem: problem)
  }
}

extension UInt8 {
  /// Whether the byte can be in a number.
  fileprivate var isNumberByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// Whether the byte can be in a number or a word.
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
