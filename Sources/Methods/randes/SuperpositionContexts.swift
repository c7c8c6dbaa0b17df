import Tensors

/// Where the random matrices come from that models are multiplied by before they are added up.
///
/// A matrix follows from the seed, the model's position, the tensor's name where tensors have
/// matrices of their own, and the number of columns. Its numbers are those of NumPy's generator,
/// rounded to `Float`, in which matrices are kept.
struct SuperpositionContexts: Sendable {
  /// How a matrix looks.
  let mode: SuperpositionMode
  /// Seed of the first model's matrices; each other model's is one more.
  let seed: Int
  /// Whether each tensor has matrices of its own.
  let differs: Bool

  /// The generator of a model's matrix for a tensor.
  func generator(_ model: Int, _ tensor: TensorName) -> NumPyRandom {
    // FusionBench adds Python's hash of the name, which is another in each process.
    let shift = differs ? Self.hash(tensor.string) % 1_000_000 : 0
    return NumPyRandom(seed: UInt32(truncatingIfNeeded: seed + model + shift))
  }

  /// The diagonal of a model's matrix, one number per column; of diagonal modes alone.
  func diagonal(_ model: Int, _ tensor: TensorName, columns: Int) -> [Float] {
    guard mode != .identity else { return Array(repeating: 1, count: columns) }
    var random = generator(model, tensor)
    return (0..<columns).map { _ in
      mode == .binary ? Float(random.sign()) : Float(random.normal())
    }
  }

  /// The 31 low bits of the FNV-1a hash.
  private static func hash(_ text: String) -> Int {
    let hash: UInt64 = text.utf8.reduce(0xCBF2_9CE4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    return Int(hash & 0x7FFF_FFFF)
  }
}
