import Tensors

/// The parsers of untrusted bytes, on bytes in memory: what fuzzing calls.
package enum ParserProbe {
  /// Reads a whole safetensors file's table.
  ///
  /// - Throws: `CheckpointError`.
  package static func safetensors(_ file: [UInt8], path: String) throws -> Manifest {
    guard file.count >= 8 else { throw CheckpointError.noHeader(path: path, size: file.count) }
    let prefix = file.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    let length = try SafetensorsHeader.checkedLength(
      UInt64(littleEndian: prefix), fileSize: file.count, path: path)
    return try file.withUnsafeBytes {
      try SafetensorsHeader(
        json: UnsafeRawBufferPointer(rebasing: $0[8..<8 + length]), fileSize: file.count,
        path: path
      ).manifest
    }
  }

  /// Reads a PyTorch file and the values of its small tensors.
  ///
  /// - Throws: `TorchError`, `CheckpointError`.
  package static func torch(_ file: [UInt8], path: String) throws -> Manifest {
    let source = FileBytes(file, path: path)
    let header = try TorchHeader(source)
    for (info, view) in zip(header.manifest.tensors, header.views) where info.count <= 4096 {
      for run in [0..<info.count, info.count / 3..<(info.count + 1) / 2] where !run.isEmpty {
        var values = [UInt8](repeating: 0, count: run.count * info.dtype.byteCount)
        try values.withUnsafeMutableBytes { try view.read(run, from: source, into: $0) }
      }
    }
    return header.manifest
  }

  /// Reads the index of a sharded checkpoint.
  ///
  /// - Throws: `CheckpointError`.
  package static func index(_ json: [UInt8], path: String) throws -> ShardedIndex {
    try json.withUnsafeBytes { try ShardedIndex(json: $0, path: path) }
  }

  /// Reads `adapter_config.json`.
  ///
  /// - Throws: `AdapterError`, `CheckpointError`.
  package static func adapterConfig(_ json: [UInt8], path: String) throws {
    _ = try AdapterConfig(try JSONTree.object(json, path: path), path: path)
  }
}
