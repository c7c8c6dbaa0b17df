import Checkpoints
import Foundation
import FusionCore

/// The files beside the weights of one output: configuration, tokenizer, manifest.
final class CompanionFiles {
  private let path: String
  private let isSingleFile: Bool
  private let fsync: Bool
  private let staged: StagedFiles

  init(of path: String, fsync: Bool) {
    self.path = path
    self.fsync = fsync
    isSingleFile = SafetensorsWriter.isSingleFile(path)
    let manifest = URL(fileURLWithPath: MergeManifest.path(of: path))
    staged = StagedFiles(
      in: manifest.deletingLastPathComponent().path, name: "\(manifest.lastPathComponent).d",
      fsync: fsync)
  }

  /// Starts with nothing written.
  func begin() throws { try staged.begin() }

  /// Copies configuration and tokenizer files, for an output directory.
  ///
  /// - Returns: their names.
  func copySideFiles(from source: any SideFileSource) throws -> [String] {
    guard !isSingleFile else { return [] }
    return try source.copySideFiles(to: staged.staging, fsync: fsync)
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
    try AtomicFile.write(
      configuration.text(indent: 2), to: "\(staged.staging)/config.json", fsync: fsync)
    return true
  }

  /// Writes `adapter_config.json` for beside the weights of an adapter.
  func writeAdapterConfiguration(_ configuration: JSONValue) throws {
    try AtomicFile.write(
      configuration.text(indent: 2), to: "\(staged.staging)/adapter_config.json", fsync: fsync)
  }

  /// Writes the manifest: for the directory, or for beside the file.
  func writeManifest(_ text: String) throws {
    let name = URL(fileURLWithPath: MergeManifest.path(of: path)).lastPathComponent
    try AtomicFile.write(text, to: "\(staged.staging)/\(name)", fsync: fsync)
  }

  /// Gives everything that was written its final name.
  func publish() throws { try staged.publish() }

  /// Removes what was not there before.
  func discard() { staged.discard() }
}
