import Tensors

/// A model on disk.
public protocol StoredModel: StateDict, SideFileSource {
  /// Where the files are; configurations and tokenizers stand beside them.
  var directory: String { get }
  /// The files that this process reads values from.
  var files: [any TensorFile] { get }
  /// Paths and sizes of the files that values are read from, by whichever process.
  var storedFiles: [StoredFile] { get }
  /// Whether values stand for 8-bit codes and scales on disk, so that the `quantization_config` in
  /// `config.json` does not hold for them.
  var isDequantized: Bool { get }
  /// Names of tensors that are one tensor on disk: a later name and the first one.
  var sharedTensors: [(alias: TensorName, primary: TensorName)] { get }

  /// The `config.json` beside the weights; nil where there is none.
  ///
  /// - Throws: `CheckpointError.system`.
  func configurationText() throws -> [UInt8]?
}

extension StoredModel {
  /// Those that this process reads.
  public var storedFiles: [StoredFile] {
    files.map { StoredFile(path: $0.path, size: $0.status.size) }
  }

  /// False: values are read as they are stored.
  public var isDequantized: Bool { false }

  /// None.
  public var sharedTensors: [(alias: TensorName, primary: TensorName)] { [] }

  /// Asks whether every file is still the one that was opened, with the size and time it had.
  ///
  /// - Throws: `CheckpointError.changed`, `.system`.
  public func checkUnchanged() throws {
    for file in files { try file.checkUnchanged() }
  }

  /// Reads the file.
  public func configurationText() throws -> [UInt8]? {
    let path = Paths.join(directory, "config.json")
    guard Paths.exists(path) else { return nil }
    let (file, status) = try OpenFile.reading(path)
    return try file.bytes(status.size)
  }

  /// Those in `directory`.
  public func sideFiles() throws -> [StoredFile] { try SideFiles.files(in: directory) }

  /// Copies those in `directory`.
  public func copySideFiles(to target: String, fsync: Bool) throws -> [String] {
    try SideFiles.copy(from: directory, to: target, fsync: fsync)
  }
}
