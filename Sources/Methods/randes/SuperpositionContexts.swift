import FusionCore
import Tensors

/// The random diagonal matrices that models are multiplied by before they are added up, and their
/// inverses, which take one out again.
struct SuperpositionContexts: Sendable {
  /// How a matrix looks.
  enum Mode: String, ConfigChoice {
    /// Ones: models are merely added.
    case identity = "identity_matrix"
    /// 1 or -1.
    case binary = "random_binary_diagonal_matrix"
    /// Normally distributed numbers.
    case diagonal = "random_diagonal_matrix"
  }

  /// For each tensor nothing where it is no target, else for each model a number per column.
  private let factors: [[[Float]]?]

  /// Draws the matrices.
  ///
  /// - Parameters:
  ///   - seed: of the first model's; each other model's is one more.
  ///   - differs: whether each tensor has matrices of its own.
  init(
    _ mode: Mode, manifest: Manifest, targets: Set<Int>, models: Int, seed: Int, differs: Bool
  ) {
    factors = manifest.tensors.enumerated().map { position, tensor in
      guard targets.contains(position) else { return nil }
      let columns = tensor.shape.last ?? 1
      return (0..<models).map { model in
        // FusionBench adds Python's hash of the name, which is another in each process.
        let shift = differs ? Self.hash(tensor.name.string) % 1_000_000 : 0
        var random = NumPyRandom(seed: UInt32(truncatingIfNeeded: seed + model + shift))
        return (0..<columns).map { _ in
          switch mode {
          case .identity: 1
          case .binary: Float(random.sign())
          case .diagonal: Float(random.normal())
          }
        }
      }
    }
  }

  /// Sets a block's sum to what is taken out for a model; false where the tensor is no target.
  func retrieve(_ model: Int, from block: ElementBlock) -> Bool {
    guard let factors = factors[block.tensor] else { return false }
    let columns = factors[model].count
    let start = block.firstElement % columns
    for (values, factors) in zip(block.models, factors) {
      Self.forEachColumn(block.sum.values.count, from: start, of: columns) { i, column in
        let value =
          switch values {
          case .float32(let x): Double(x[i])
          case .float64(let x): x[i]
          }
        block.sum.values[i] += value * Double(factors[column])
      }
    }
    let own = factors[model]
    Self.forEachColumn(block.sum.values.count, from: start, of: columns) { i, column in
      block.sum.values[i] *= Double(1 / own[column])
    }
    return true
  }

  private static func forEachColumn(
    _ count: Int, from start: Int, of columns: Int, _ body: (Int, Int) -> Void
  ) {
    var column = start
    for i in 0..<count {
      body(i, column)
      column = column + 1 == columns ? 0 : column + 1
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
