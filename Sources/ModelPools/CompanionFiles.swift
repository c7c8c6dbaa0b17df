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
  func copySideFiles(from source: String) throws {
    guard !isSingleFile else { return }
    let names = try SideFiles.names(in: source)
    remember(names.map { "\(path)/\($0)" })
    try SideFiles.copy(from: source, to: path, fsync: fsync)
  }

  /// Writes a `config.json` in the place of the copied one.
  func writeConfiguration(_ configuration: JSONValue) throws {
    guard !isSingleFile else { return }
    remember(["\(path)/config.json"])
    try AtomicFile.write(configuration.text(indent: 2), to: "\(path)/config.json", fsync: fsync)
  }

  /// Writes the manifest: into the directory, or beside the file.
  func writeManifest(_ text: String) throws {
    let place = isSingleFile ? "\(path).manifest.json" : "\(path)/merge_manifest.json"
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
