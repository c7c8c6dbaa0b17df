import FusionCore
import Tensors

/// A superposition by diagonal matrices of tensors that stay in place: each element needs the same
/// element of every model alone.
struct DiagonalSuperposition: Sendable {
  /// For each tensor nothing where it is no target, else for each model a number per column.
  private let factors: [[[Float]]?]

  /// Draws the matrices.
  init(_ contexts: SuperpositionContexts, manifest: Manifest, targets: Set<Int>, models: Int) {
    factors = manifest.tensors.enumerated().map { position, tensor in
      guard targets.contains(position) else { return nil }
      return (0..<models).map {
        contexts.diagonal($0, tensor.name, columns: tensor.shape.last ?? 1)
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
}
