/// Finds the weights in a directory laid out as Hugging Face does.
enum ModelDirectory {
  static let single = "model.safetensors"
  static let index = "model.safetensors.index.json"
  private static let pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"]
  /// What is looked for, in this order.
  static var names: [String] { [single, index] + pickles }

  /// The file to open: safetensors before PyTorch's, the single one before the sharded.
  ///
  /// - Throws: `CheckpointError.noWeights`, `.system`.
  static func weights(in directory: String) throws -> String {
    for name in names where Paths.exists(Paths.join(directory, name)) {
      return Paths.join(directory, name)
    }
    let others = try Paths.names(in: directory).filter { name in
      ([".safetensors"] + torchEndings).contains(where: name.hasSuffix)
    }
    throw CheckpointError.noWeights(directory: directory, others: Array(others.prefix(3)))
  }

  /// Endings of PyTorch's checkpoint files.
  static let torchEndings = [".bin", ".pt", ".pth", ".ckpt"]
}
