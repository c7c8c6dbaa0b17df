internal import Glibc

/// The files beside the weights that make a model usable: configuration, tokenizer, processor.
public enum SideFiles {
  private static let names: Set<String> = [
    "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json",
    "video_preprocessor_config.json", "image_processor_config.json", "special_tokens_map.json",
    "added_tokens.json", "merges.txt", "encoder.json",
  ]
  private static let prefixes = ["tokenizer", "vocab.", "chat_template."]
  private static let endings = [".model", ".spm"]
  private static let weightEndings = [
    ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack", ".onnx",
    ".index.json", ".tmp",
  ]

  /// Whether a file of this name belongs to a model and holds no weights.
  public static func isSideFile(_ name: String) -> Bool {
    if weightEndings.contains(where: name.hasSuffix) { return false }
    return names.contains(name) || prefixes.contains(where: name.hasPrefix)
      || endings.contains(where: name.hasSuffix)
  }

  /// The names of the side files in a model's directory, sorted.
  ///
  /// - Throws: `CheckpointError.system`.
  public static func names(in source: String) throws -> [String] {
    try Paths.names(in: source).filter {
      isSideFile($0) && Paths.kind(of: Paths.join(source, $0)) == .regular
    }
  }

  /// Copies the side files of the model in `source` into `target`, each at once or not at all.
  /// Files of the same names there are replaced.
  ///
  /// - Returns: the names, sorted; empty when both are the same directory.
  /// - Throws: `CheckpointError.system`.
  @discardableResult
  public static func copy(
    from source: String, to target: String, fsync: Bool = true
  ) throws -> [String] {
    let identity = FileIdentity.of(source)
    if identity != nil, identity == FileIdentity.of(target) { return [] }
    let names = try names(in: source)
    for name in names {
      let (input, status) = try OpenFile.reading(Paths.join(source, name))
      try AtomicFile.replace(Paths.join(target, name), fsync: fsync) { output in
        try copy(input, size: status.size, to: output)
      }
    }
    return names
  }

  private static func copy(_ input: OpenFile, size: Int, to output: OpenFile) throws {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { block.deallocate() }
    var offset = 0
    while offset < size {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: block[0..<min(block.count, size - offset)])
      try input.read(at: offset, into: part)
      try output.write(UnsafeRawBufferPointer(part), at: offset)
      offset += part.count
    }
  }
}
