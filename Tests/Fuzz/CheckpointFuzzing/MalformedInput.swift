import Foundation

/// A model on disk that must be refused: in one line that names a file of it, in time, and with
/// nothing of it executed.
package struct MalformedInput: Sendable {
  /// What stands under a name.
  package enum Content: Sendable {
    case bytes([UInt8])
    case directory
    case pipe
    case link(String)
  }

  /// A name for the case, which is its directory too.
  package let name: String
  /// Paths in the directory and what is there.
  package let files: [(path: String, content: Content)]
  /// What to open, in the directory; empty for the directory itself.
  package let path: String

  /// A file that an executed pickle would make.
  package static let marker = "/tmp/fusion_bench_was_fooled"

  /// All cases.
  package static let all =
    numbered("header", headers) + numbered("index", indexes) + numbered("zip", zips)
    + numbered("pickle", pickles) + numbered("adapter", adapters) + numbered("scales", scales)
    + numbered("place", places)

  /// Makes the files.
  ///
  /// - Throws: when the disk does not take them.
  package func write(to directory: String) throws {
    for (path, content) in files {
      let place = directory + "/" + path
      let parent = URL(filePath: place).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
      switch content {
      case .bytes(let bytes): try Data(bytes).write(to: URL(filePath: place))
      case .directory:
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: true)
      case .pipe: mkfifo(place, 0o600)
      case .link(let target): symlink(target, place)
      }
    }
  }

  /// Cases of one kind before they have a name.
  typealias Case = (files: [(path: String, content: Content)], path: String)

  static func file(_ path: String, _ bytes: [UInt8]) -> Case { ([(path, .bytes(bytes))], path) }
  static func file(_ path: String, _ text: String) -> Case { file(path, Array(text.utf8)) }

  private static func numbered(_ kind: String, _ cases: [Case]) -> [MalformedInput] {
    cases.enumerated().map {
      MalformedInput(name: "\(kind)_\($0)", files: $1.files, path: $1.path)
    }
  }
}

/// A safetensors file from the text of its header and the number of data bytes.
package func framed(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  let json = Array(header.utf8)
  return withUnsafeBytes(of: (length ?? UInt64(json.count)).littleEndian) { Array($0) } + json
    + [UInt8](repeating: 1, count: data)
}
