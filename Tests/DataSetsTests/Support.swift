internal import CZlib
import Foundation
import Testing

@testable import DataSets

/// A folder that goes with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/data-sets-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, making its folders, and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return path + "/" + name
  }

  /// Writes a gzip file and returns its path.
  @discardableResult
  func writeGzip(_ bytes: [UInt8], to name: String) throws -> String {
    let file = try write([], to: name)
    let stream = try #require(gzopen(file, "wb9"))
    try #require(bytes.isEmpty || gzwrite(stream, bytes, UInt32(bytes.count)) == bytes.count)
    try #require(gzclose(stream) == Z_OK)
    return file
  }
}

/// The bytes of an IDX file of unsigned bytes.
func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
  let sizes = shape.flatMap { size in
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: size >> $0) }
  }
  return [0, 0, 8, UInt8(shape.count)] + sizes + bytes
}

/// Files beside the tests.
enum Fixtures {
  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures").path

  static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
  }

  static func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes(name)))
  }
}

/// The error that `body` throws.
func dataSetError(_ body: () throws -> Void) -> DataSetError? {
  do {
    try body()
    return nil
  } catch {
    return error as? DataSetError
  }
}

/// The bytes of a file.
func contents(of path: String) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}
