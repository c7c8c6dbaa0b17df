import Tensors

/// A model on disk.
public protocol StoredModel: StateDict {
  /// Where the files are; configurations and tokenizers stand beside them.
  var directory: String { get }
  /// The files that values are read from.
  var files: [any TensorFile] { get }
  /// Whether values stand for 8-bit codes and scales on disk, so that the `quantization_config` in
  /// `config.json` does not hold for them.
  var isDequantized: Bool { get }
}

extension StoredModel {
  /// False: values are read as they are stored.
  public var isDequantized: Bool { false }

  /// Asks whether every file is still the one that was opened, with the size and time it had.
  ///
  /// - Throws: `CheckpointError.changed`, `.system`.
  public func checkUnchanged() throws {
    for file in files { try file.checkUnchanged() }
  }
}
