/// Reads JSON strictly, byte by byte: no trailing commas, no comments, no byte order mark, no
/// duplicate keys, nothing after the end. Bad input of any kind is a `JSONFault`.
struct JSONScanner {
  static let depthLimit = 16

  let bytes: UnsafeBufferPointer<UInt8>
  var offset = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The byte at the reading position.
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  func fault(_ kind: JSONFault.Kind) -> JSONFault { JSONFault(kind: kind, offset: offset) }

  mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  mutating func expect(_ character: Unicode.Scalar) throws(JSONFault) {
    guard let byte = next, byte == UInt8(ascii: character) else {
      throw fault(.expected("'\(character)'", found: next))
    }
    offset += 1
  }

  /// Only white space may follow.
  mutating func expectEnd() throws(JSONFault) {
    skipSpace()
    if next != nil { throw fault(.trailingBytes) }
  }

  /// Reads an object; `member` reads the value of the key it is given.
  mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
    try expect("{")
    skipSpace()
    if next == UInt8(ascii: "}") {
      offset += 1
      return
    }
    while true {
      let key = try string()
      skipSpace()
      try expect(":")
      skipSpace()
      try member(&self, key)
      skipSpace()
      if next == UInt8(ascii: "}") {
        offset += 1
        return
      }
      guard next == UInt8(ascii: ",") else {
        throw fault(.expected("',' or '}'", found: next))
      }
      offset += 1
      skipSpace()
    }
  }

  /// Reads an array; `element` reads one value.
  mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try expect("[")
    skipSpace()
    if next == UInt8(ascii: "]") {
      offset += 1
      return
    }
    while true {
      try element(&self)
      skipSpace()
      if next == UInt8(ascii: "]") {
        offset += 1
        return
      }
      guard next == UInt8(ascii: ",") else {
        throw fault(.expected("',' or ']'", found: next))
      }
      offset += 1
      skipSpace()
    }
  }

  /// Reads a non-negative integer.
  mutating func integer() throws(JSONFault) -> Int {
    if next == UInt8(ascii: "-") { throw fault(.negativeNumber) }
    let start = offset
    var value = 0
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      if overflow || carry { throw fault(.numberTooLarge) }
      value = sum
      offset += 1
    }
    guard offset > start else { throw fault(.expected("an integer", found: next)) }
    if offset > start + 1, bytes[start] == UInt8(ascii: "0") { throw fault(.notAnInteger) }
    switch next {
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): throw fault(.notAnInteger)
    default: return value
    }
  }

  /// Reads any value and forgets it; `depth` is the nesting around it.
  mutating func skipValue(depth: Int) throws {
    if depth > JSONScanner.depthLimit { throw fault(.tooDeep(limit: JSONScanner.depthLimit)) }
    switch next {
    case UInt8(ascii: "{"):
      var keys = KeySet()
      try object { scanner, key in
        try keys.insert(key, in: scanner)
        try scanner.skipValue(depth: depth + 1)
      }
    case UInt8(ascii: "["):
      try array { try $0.skipValue(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: try skipNumber()
    }
  }

  private mutating func literal(_ text: StaticString) throws(JSONFault) {
    for scalar in String(describing: text).unicodeScalars { try expect(scalar) }
  }

  private mutating func skipNumber() throws(JSONFault) {
    if next == UInt8(ascii: "-") { offset += 1 }
    let start = offset
    try skipDigits()
    if offset > start + 1, bytes[start] == UInt8(ascii: "0") {
      throw fault(.expected("no leading zero", found: bytes[start]))
    }
    if next == UInt8(ascii: ".") {
      offset += 1
      try skipDigits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      offset += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(JSONFault) {
    let start = offset
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    if offset == start { throw fault(.expected("a value", found: next)) }
  }
}
