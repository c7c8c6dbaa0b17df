import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

/// Files that the reference writer made.
enum Golden {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Goldens/safetensors").path(percentEncoded: false)

  static let dtypes: [DType] = [
    .bfloat16, .bool, .float16, .float32, .float64, .float8e4m3, .float8e5m2, .int16, .int32,
    .int64, .int8, .uint16, .uint32, .uint64, .uint8,
  ]
  static let shapes: [(name: String, shape: [Int])] = [
    ("empty", [0, 3]), ("matrix", [2, 3]), ("scalar", []), ("vector", [5]),
  ]
  static let oddNames: [TensorName] = [
    "", "\u{e9}", "e\u{301}", "quote\"back\\slash/", "tab\tline\nbell\u{7}del\u{7f}", "\u{1F600}",
  ]

  /// The tensors of `make_goldens.py`: byte i is (31 i + seed) mod 256.
  static func tensor(_ name: TensorName, _ dtype: DType, _ shape: [Int], seed: Int) throws -> Tensor
  {
    let info = try TensorInfo(name: name, dtype: dtype, shape: shape)
    let mask = dtype == .bool ? 1 : 255
    return try Tensor(
      info, bytes: (0..<info.byteCount).map { UInt8((31 * $0 + seed) % 256 & mask) })
  }

  static func allDTypes() throws -> InMemoryStateDict {
    var tensors: [Tensor] = []
    for dtype in dtypes {
      for (name, shape) in shapes {
        tensors.append(
          try tensor(
            TensorName("\(dtype.torchName).\(name)"), dtype, shape, seed: tensors.count))
      }
    }
    return try InMemoryStateDict(tensors)
  }

  static func odd() throws -> InMemoryStateDict {
    try InMemoryStateDict(
      try oddNames.enumerated().map { try tensor($1, .float32, [2], seed: $0) })
  }

  static func layers() throws -> InMemoryStateDict {
    try InMemoryStateDict(
      try [4, 8, 20, 4, 4, 2].enumerated().map {
        try tensor(TensorName("layer.\($0)"), .float32, [$1], seed: $0)
      })
  }
}

/// Lends a directory of its own, removed afterwards.
func withDirectory<R>(_ body: (String) throws -> R) throws -> R {
  let path = FileManager.default.temporaryDirectory
    .appending(path: "checkpoints-\(UUID().uuidString)").path(percentEncoded: false)
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

func put(_ bytes: [UInt8], at path: String) throws {
  let directory = URL(filePath: path).deletingLastPathComponent()
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  try Data(bytes).write(to: URL(filePath: path))
}

func put(_ text: String, at path: String) throws { try put(Array(text.utf8), at: path) }

func listing(_ directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// A safetensors file from the text of its header and the number of data bytes.
func safetensors(_ header: [UInt8], data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  var file: [UInt8] = []
  withUnsafeBytes(of: (length ?? UInt64(header.count)).littleEndian) {
    file.append(contentsOf: $0)
  }
  file.append(contentsOf: header)
  file.append(contentsOf: (0..<data).map { UInt8($0 % 251) })
  return file
}

func safetensors(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  safetensors(Array(header.utf8), data: data, length: length)
}

/// Parses a whole file in memory, with the same checks as from disk.
func parse(_ file: [UInt8], path: String = "m.safetensors") throws -> SafetensorsHeader {
  guard file.count >= 8 else { throw CheckpointError.noHeader(path: path, size: file.count) }
  let prefix = file.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
  let length = try SafetensorsHeader.checkedLength(
    UInt64(littleEndian: prefix), fileSize: file.count, path: path)
  return try file.withUnsafeBytes {
    try SafetensorsHeader(
      json: UnsafeRawBufferPointer(rebasing: $0[8..<8 + length]), fileSize: file.count, path: path)
  }
}

/// What `body` throws, if it is an error of this module.
func failure(_ body: () throws -> Void) -> CheckpointError? {
  do {
    try body()
    return nil
  } catch {
    return error as? CheckpointError
  }
}

/// Writes `model` as one process would, in pieces of `step` elements.
@discardableResult
func save(
  _ model: any StateDict, to path: String, maxShardSize: Int = 1 << 30, overwrite: Bool = false,
  fsync: Bool = true, step: Int = 3
) throws -> SafetensorsWriter {
  let writer = try SafetensorsWriter(
    model.manifest, to: path, maxShardSize: maxShardSize, runID: "test", overwrite: overwrite,
    fsync: fsync)
  try writer.create()
  try fill(writer, with: model, step: step)
  try writer.commit()
  return writer
}

func fill(
  _ writer: SafetensorsWriter, with model: any StateDict, part: Int = 0, of parts: Int = 1,
  step: Int = 3
) throws {
  try writer.open()
  for slice in model.manifest.slices(part: part, of: parts, limit: step) {
    var buffer = [UInt8](
      repeating: 0, count: slice.count * model.manifest.tensors[slice.tensor].dtype.byteCount)
    try buffer.withUnsafeMutableBytes { try model.read(slice, into: $0) }
    try buffer.withUnsafeBytes { try writer.write(slice, $0) }
  }
  try writer.finishWriting()
}

/// Both hold the same tensors with the same bytes, in any order.
func expectSame(_ a: any StateDict, _ b: any StateDict) throws {
  #expect(Set(a.manifest.tensors) == Set(b.manifest.tensors))
  for info in a.manifest.tensors {
    let (x, y) = (try a.tensor(info.name), try b.tensor(info.name))
    #expect(x.withBytes { Array($0) } == y.withBytes { Array($0) }, "\(info.name)")
  }
}
