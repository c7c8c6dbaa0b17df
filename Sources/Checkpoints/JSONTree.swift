/// A JSON value, read strictly.
enum JSONTree: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONTree])
  case object([(key: String, value: JSONTree)])

  /// Reads an object from a file.
  ///
  /// - Throws: `CheckpointError`.
  static func object(at path: String, limit: Int) throws -> JSONTree {
    let (file, status) = try OpenFile.reading(path)
    guard status.size <= limit else {
      throw CheckpointError.indexTooLarge(path: path, size: status.size, limit: limit)
    }
    var bytes = [UInt8](repeating: 0, count: status.size)
    try bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
    return try object(bytes, path: path)
  }

  /// Reads an object.
  ///
  /// - Throws: `CheckpointError.json`.
  static func object(_ bytes: [UInt8], path: String) throws -> JSONTree {
    do {
      return try bytes.withUnsafeBufferPointer { bytes in
        var scanner = JSONScanner(bytes)
        scanner.skipSpace()
        guard scanner.next == UInt8(ascii: "{") else {
          throw scanner.fault(.expected("'{'", found: scanner.next))
        }
        let tree = try scanner.value(depth: 1)
        try scanner.expectEnd()
        return tree
      }
    } catch let fault as JSONFault {
      throw CheckpointError.json(path: path, tensor: nil, fault)
    }
  }

  /// The member called `key`; nil where there is none, or null.
  subscript(key: String) -> JSONTree? {
    guard case .object(let members) = self,
      let value = members.first(where: { $0.key == key })?.value,
      value != .null
    else { return nil }
    return value
  }

  static func == (a: JSONTree, b: JSONTree) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let x), .bool(let y)): x == y
    case (.number(let x), .number(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.array(let x), .array(let y)): x == y
    case (.object(let x), .object(let y)):
      x.elementsEqual(y) { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

extension JSONScanner {
  /// Reads any value; `depth` is the nesting around it.
  mutating func value(depth: Int) throws -> JSONTree {
    if depth > JSONScanner.depthLimit { throw fault(.tooDeep(limit: JSONScanner.depthLimit)) }
    switch next {
    case UInt8(ascii: "{"):
      var keys = KeySet()
      var members: [(key: String, value: JSONTree)] = []
      try object { scanner, key in
        try keys.insert(key, in: scanner)
        members.append((key, try scanner.value(depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var items: [JSONTree] = []
      try array { items.append(try $0.value(depth: depth + 1)) }
      return .array(items)
    case UInt8(ascii: "\""): return .string(try string())
    default:
      let start = offset
      try skipValue(depth: depth)
      let text = String(
        decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
      switch text {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return .null
      default: return .number(Double(text) ?? .nan)
      }
    }
  }
}
