import Tensors

/// Reads the JSON of a safetensors header and checks every entry by itself.
struct SafetensorsHeaderParser {
  struct Entry {
    let info: TensorInfo
    let begin: Int
    let end: Int
    let position: Int
  }

  private let path: String
  private(set) var metadata: [(key: String, value: String)] = []
  private var entries: [Entry] = []
  private var hasMetadata = false
  /// The tensor whose entry is being read, for messages.
  private var current: TensorName?

  init(path: String) { self.path = path }

  /// The entries in the order of their data.
  mutating func entries(of json: UnsafeBufferPointer<UInt8>) throws -> [Entry] {
    var scanner = JSONScanner(json)
    do {
      try scanner.object { scanner, key in
        if key == "__metadata__" {
          try readMetadata(&scanner)
        } else {
          try readEntry(TensorName(key), &scanner)
        }
      }
      current = nil
      try scanner.expectEnd()
    } catch let fault as JSONFault {
      throw CheckpointError.json(path: path, tensor: current, fault)
    }
    return entries.sorted { ($0.begin, $0.end, $0.position) < ($1.begin, $1.end, $1.position) }
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws {
    current = nil
    if hasMetadata { throw scanner.fault(.duplicateKey("__metadata__")) }
    hasMetadata = true
    var keys = KeySet()
    try scanner.object { scanner, key in
      try keys.insert(key, in: scanner)
      metadata.append((key, try scanner.string()))
    }
  }

  private mutating func readEntry(_ name: TensorName, _ scanner: inout JSONScanner) throws {
    current = name
    var dtype: DType?
    var shape: [Int]?
    var offsets: (begin: Int, end: Int)?
    var unknown = KeySet()
    try scanner.object { scanner, key in
      switch key {
      case "dtype":
        if dtype != nil { throw scanner.fault(.duplicateKey(key)) }
        dtype = try readDType(of: name, &scanner)
      case "shape":
        if shape != nil { throw scanner.fault(.duplicateKey(key)) }
        shape = try readShape(of: name, &scanner)
      case "data_offsets":
        if offsets != nil { throw scanner.fault(.duplicateKey(key)) }
        offsets = try readOffsets(&scanner)
      default:
        try unknown.insert(key, in: scanner)
        try scanner.skipValue(depth: 2)
      }
    }
    guard let dtype else { throw missing("dtype", of: name) }
    guard let shape else { throw missing("shape", of: name) }
    guard let offsets else { throw missing("data_offsets", of: name) }
    try add(name, dtype, shape, begin: offsets.begin, end: offsets.end)
  }

  private mutating func add(
    _ name: TensorName, _ dtype: DType, _ shape: [Int], begin: Int, end: Int
  ) throws {
    guard let info = try? TensorInfo(name: name, dtype: dtype, shape: shape) else {
      throw CheckpointError.sizeOverflow(path: path, tensor: name, shape: shape)
    }
    guard begin <= end else {
      throw CheckpointError.reversedOffsets(path: path, tensor: name, begin: begin, end: end)
    }
    guard end - begin == info.byteCount else {
      throw CheckpointError.wrongByteCount(
        path: path, tensor: name, dtype: dtype, shape: shape, expected: info.byteCount,
        found: end - begin)
    }
    entries.append(Entry(info: info, begin: begin, end: end, position: entries.count))
  }

  private func readDType(of name: TensorName, _ scanner: inout JSONScanner) throws -> DType {
    let text = try scanner.string()
    guard let dtype = DType(rawValue: text) else {
      throw CheckpointError.unknownDType(path: path, tensor: name, text)
    }
    return dtype
  }

  private func readShape(of name: TensorName, _ scanner: inout JSONScanner) throws -> [Int] {
    var shape: [Int] = []
    let limit = SafetensorsHeader.dimensionLimit
    try scanner.array { scanner in
      shape.append(try scanner.integer())
      guard shape.count <= limit else {
        throw CheckpointError.tooManyDimensions(path: path, tensor: name, limit: limit)
      }
    }
    return shape
  }

  private func readOffsets(_ scanner: inout JSONScanner) throws -> (begin: Int, end: Int) {
    var offsets = (begin: 0, end: 0)
    var count = 0
    try scanner.array { scanner in
      switch count {
      case 0: offsets.begin = try scanner.integer()
      case 1: offsets.end = try scanner.integer()
      default: throw scanner.fault(.expected("two offsets", found: scanner.next))
      }
      count += 1
    }
    guard count == 2 else { throw scanner.fault(.expected("two offsets", found: scanner.next)) }
    return offsets
  }

  private func missing(_ field: String, of name: TensorName) -> CheckpointError {
    .missingField(path: path, tensor: name, field: field)
  }
}
