import Tensors

extension SafetensorsLayout {
  /// Which tensors go into one file. The shard that is being filled stays open while a tensor
  /// above the limit takes a shard of its own before it, as in transformers.
  static func groups(_ manifest: Manifest, limit: Int) -> [[Int]] {
    var groups: [[Int]] = []
    var current: [Int] = []
    var size = 0
    for (position, tensor) in manifest.tensors.enumerated() {
      let bytes = tensor.byteCount
      if bytes > limit {
        groups.append([position])
        continue
      }
      if bytes > limit - size {
        groups.append(current)
        current = []
        size = 0
      }
      current.append(position)
      size += bytes
    }
    if !current.isEmpty || groups.isEmpty { groups.append(current) }
    return groups
  }

  /// The order of the reference writer: wider types first, then names by their bytes.
  static func precedes(_ a: TensorInfo, _ b: TensorInfo) -> Bool {
    let ranks = (a.dtype.fileRank, b.dtype.fileRank)
    return ranks.0 == ranks.1 ? a.name < b.name : ranks.0 < ranks.1
  }

  /// The bytes before the first tensor, padded to a multiple of eight.
  static func header(
    _ tensors: [TensorInfo], metadata: [(key: String, value: String)], path: String
  ) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 8)
    bytes.append(UInt8(ascii: "{"))
    if !metadata.isEmpty {
      bytes.append(contentsOf: #""__metadata__":{"#.utf8)
      for (position, (key, value)) in metadata.enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        appendJSONString(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendJSONString(value, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
    var offset = 0
    for (position, tensor) in tensors.enumerated() {
      if tensor.name == "__metadata__" { throw CheckpointError.reservedName(tensor.name) }
      if position > 0 || !metadata.isEmpty { bytes.append(UInt8(ascii: ",")) }
      appendJSONString(tensor.name.string, to: &bytes)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.byteCount
      bytes.append(contentsOf: #":{"dtype":"\#(tensor.dtype.rawValue)","#.utf8)
      bytes.append(contentsOf: #""shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#.utf8)
      offset = end
    }
    bytes.append(UInt8(ascii: "}"))
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    let length = UInt64(bytes.count - 8)
    guard length <= UInt64(SafetensorsHeader.sizeLimit) else {
      throw CheckpointError.headerTooLarge(
        path: path, length: length, limit: SafetensorsHeader.sizeLimit)
    }
    withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
    return bytes
  }

  /// The index of a sharded output: total size, and for every tensor, names sorted, its file.
  static func index(_ manifest: Manifest, placements: [Placement], names: [String]) -> [UInt8] {
    var bytes = Array("{\n  \"metadata\": {\n    \"total_size\": ".utf8)
    bytes.append(contentsOf: "\(manifest.byteCount)\n  },\n  \"weight_map\": {\n".utf8)
    let order = manifest.tensors.indices.sorted {
      manifest.tensors[$0].name < manifest.tensors[$1].name
    }
    for (number, position) in order.enumerated() {
      bytes.append(contentsOf: number == 0 ? "    ".utf8 : ",\n    ".utf8)
      appendJSONString(manifest.tensors[position].name.string, to: &bytes)
      bytes.append(contentsOf: ": ".utf8)
      appendJSONString(names[placements[position].shard], to: &bytes)
    }
    bytes.append(contentsOf: "\n  }\n}\n".utf8)
    return bytes
  }
}

extension DType {
  /// The place of the type in the order in which the reference writer stores tensors.
  fileprivate var fileRank: Int {
    switch self {
    case .uint64: 0
    case .int64: 1
    case .float64: 2
    case .float32: 3
    case .uint32: 4
    case .int32: 5
    case .bfloat16: 6
    case .float16: 7
    case .uint16: 8
    case .int16: 9
    case .float8e4m3: 10
    case .float8e5m2: 11
    case .int8: 12
    case .uint8: 13
    case .bool: 14
    }
  }
}
