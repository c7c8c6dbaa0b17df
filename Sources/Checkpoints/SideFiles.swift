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

  /// The side files in a model's directory, in the order of their names.
  ///
  /// - Throws: `CheckpointError.system`.
  public static func files(in source: String) throws -> [StoredFile] {
    try names(in: source).map { name in
      let path = Paths.join(source, name)
      return StoredFile(path: path, size: try FileStatus(path: path).size)
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
    return try write(try files(in: source), to: target, fsync: fsync) {
      try read($0, at: $1, into: $2)
    }
  }

  /// Writes side files into `target`, each at once or not at all.
  ///
  /// - Parameter read: fills a buffer with the bytes of a file from an offset on.
  /// - Returns: the names.
  /// - Throws: `CheckpointError.system`, and what `read` throws.
  public static func write(
    _ files: [StoredFile], to target: String, fsync: Bool = true,
    read: (StoredFile, Int, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> [String] {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { block.deallocate() }
    for file in files {
      try AtomicFile.replace(Paths.join(target, file.name), fsync: fsync) { output in
        for offset in stride(from: 0, to: file.size, by: block.count) {
          let part = UnsafeMutableRawBufferPointer(
            rebasing: block[0..<min(block.count, file.size - offset)])
          try read(file, offset, part)
          try output.write(UnsafeRawBufferPointer(part), at: offset)
        }
      }
    }
    return files.map(\.name)
  }

  /// Fills a buffer with the bytes of a file from an offset on.
  ///
  /// - Throws: `CheckpointError.system`, `.truncated`.
  public static func read(
    _ file: StoredFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws {
    try OpenFile.reading(file.path).file.read(at: offset, into: buffer)
  }
}
