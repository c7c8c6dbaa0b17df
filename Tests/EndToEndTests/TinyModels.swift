import Checkpoints
import Foundation
import Tensors

/// Small models written as Hugging Face directories `base`, `ft1`, `ft2`, `ft3`.
enum TinyModels {
  static func write(to folder: URL, dtype: DType) throws {
    for model in 0...3 {
      let name = model == 0 ? "base" : "ft\(model)"
      let directory = folder.appendingPathComponent(name)
      try save(try tensors(model, dtype), to: directory)
      try Data("{\"model_type\": \"tiny\"}".utf8).write(
        to: directory.appendingPathComponent("config.json"))
    }
  }

  /// Writes one checkpoint.
  static func save(_ tensors: [Tensor], to directory: URL) throws {
    let state = try InMemoryStateDict(tensors)
    let writer = try SafetensorsWriter(
      state.manifest, to: directory.path, runID: "test", overwrite: true, fsync: false)
    try writer.create()
    try writer.open()
    for (position, tensor) in tensors.enumerated() where tensor.info.count > 0 {
      try tensor.withBytes {
        try writer.write(Slice(tensor: position, elements: 0..<tensor.info.count), $0)
      }
    }
    try writer.finishWriting()
    try writer.commit()
  }

  private static func tensors(_ model: Int, _ dtype: DType) throws -> [Tensor] {
    let shapes: [(TensorName, [Int])] = [
      ("embedding.weight", [300, 40]), ("layers.0.weight", [40, 40]), ("layers.0.bias", [40]),
      ("conv.weight", [4, 3, 2, 2]), ("empty", [0, 5]), ("scale", []),
    ]
    let floats = try shapes.enumerated().map { position, entry in
      let count = entry.1.reduce(1, *)
      let values = (0..<count).map { element in
        let start = noise(UInt64(position), UInt64(element))
        // A third of the entries equals the base exactly.
        guard model > 0, element % 3 != 0 else { return start }
        return start + 0.02 * noise(UInt64(100 * model + position), UInt64(element))
      }
      return try Tensor(entry.0, dtype: dtype, shape: entry.1, values: values)
    }
    return floats + [
      try Tensor("num_batches_tracked", dtype: .int64, shape: [], values: [Double(7 + model % 2)])
    ]
  }

  /// A number in -1...1 that depends on the two keys only.
  private static func noise(_ a: UInt64, _ b: UInt64) -> Double {
    var x = (a &+ 1) &* 0x9E37_79B9_7F4A_7C15 ^ (b &+ 1) &* 0xBF58_476D_1CE4_E5B9
    x ^= x >> 29
    x = x &* 0x94D0_49BB_1331_11EB
    x ^= x >> 32
    return Double(Int64(bitPattern: x) >> 11) / Double(1 << 52)
  }
}
