import Checkpoints
import Foundation
import FusionCore

/// The files beside the weights of one output: configuration, tokenizer, manifest.
final class CompanionFiles {
  private let path: String
  private let isSingleFile: Bool
  private let fsync: Bool
  private var made: [String] = []

  init(of path: String, fsync: Bool) {
    self.path = path
    self.fsync = fsync
    isSingleFile = SafetensorsWriter.isSingleFile(path)
  }

  /// Copies configuration and tokenizer files into an output directory.
  ///
  /// - Returns: their names.
  func copySideFiles(from source: any SideFileSource) throws -> [String] {
    guard !isSingleFile else { return [] }
    remember(try source.sideFiles().map { "\(path)/\($0.name)" })
    return try source.copySideFiles(to: path, fsync: fsync)
  }

  /// The files beside the weights that the output to be replaced had from us: its manifest names
  /// them. None where there is no manifest that can be read.
  func listedByEarlierManifest() -> [String] {
    guard !isSingleFile else { return [] }
    return ((try? MergeManifest(of: path))?.sideFiles ?? []).filter(SideFiles.isSideFile)
  }

  /// Removes files beside the weights.
  func remove(_ names: [String]) throws {
    for name in names where !name.contains("/") {
      let file = "\(path)/\(name)"
      if FileManager.default.fileExists(atPath: file) {
        try FileManager.default.removeItem(atPath: file)
      }
    }
  }

  /// Writes a `config.json` in the place of the copied one.
  ///
  /// - Returns: whether there is a directory to write it to.
  func writeConfiguration(_ configuration: JSONValue) throws -> Bool {
    guard !isSingleFile else { return false }
    remember(["\(path)/config.json"])
    try AtomicFile.write(configuration.text(indent: 2), to: "\(path)/config.json", fsync: fsync)
    return true
  }

  /// Writes the manifest: into the directory, or beside the file.
  func writeManifest(_ text: String) throws {
    let place = MergeManifest.path(of: path)
    remember([place])
    try AtomicFile.write(text, to: place, fsync: fsync)
  }

  /// Removes what was not there before.
  func discard() {
    for file in made { try? FileManager.default.removeItem(atPath: file) }
    made = []
  }

  private func remember(_ files: [String]) {
    made += files.filter { !FileManager.default.fileExists(atPath: $0) }
  }
}
