import FusionCore
import LinearAlgebra
import Synchronization
import Tensors

/// What the decomposition of one linear layer's task vectors gives.
///
/// Whichever part is asked for first, all are computed; the others are kept until they are asked for.
final class SmileFactors: Sendable {
  /// A tensor that is made of singular vectors.
  enum Part: Hashable, Sendable {
    /// The right singular vectors of all models, row by row, one model after the other.
    case gate
    /// The left singular vectors of a model, as columns.
    case left(Int)
    /// The right singular vectors of a model times its singular values, as rows.
    case right(Int)
  }

  private let changes: ElementwiseInputs
  private let routesByChange: Bool
  private let pools = MatrixPools()
  /// How many decompositions were made.
  let count = DecompositionCount()
  private let layers = Mutex<[Int: Layer]>([:])

  /// One layer; whoever asks for a part while it is computed waits.
  private final class Layer: Sendable {
    let kept = Mutex<[Part: KeptMatrix]>([:])
  }

  /// - Parameter routesByChange: whether the gate's directions are those of task vectors.
  init(_ changes: ElementwiseInputs, routesByChange: Bool) {
    self.changes = changes
    self.routesByChange = routesByChange
  }

  /// Writes a part of a layer to `values`.
  ///
  /// - Parameters:
  ///   - weight: the position of the layer's weight.
  ///   - parts: all parts of a layer.
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  func write(
    _ part: Part, of weight: Int, _ parts: [Part], _ shape: SmileShape,
    to values: UnsafeMutableBufferPointer<Double>
  ) throws {
    let layer = layers.withLock { layers in
      let layer = layers[weight] ?? Layer()
      layers[weight] = layer
      return layer
    }
    let found = try layer.kept.withLock { kept in
      if kept[part] == nil { kept = try compute(weight, parts, shape) }
      return kept.removeValue(forKey: part)
    }
    found?.write(to: values)
  }

  private func compute(
    _ weight: Int, _ parts: [Part], _ shape: SmileShape
  ) throws -> [Part: KeptMatrix] {
    let info = changes.manifest.tensors[weight]
    let (m, n) = (info.shape[0], info.shape[1])
    let ranks = shape.ranks(m, n)
    return try pools.withPool { pool in
      let algebra = try MatrixAlgebra(tensor: "\(info.name)", pool: pool, count: count)
      let base = try algebra.matrix(m, n, of: Double.self)
      return try base.withValues { values in
        let task = try MatrixTask(changes, tensor: weight, values: values, algebra: algebra)
        let gate = try algebra.zeros(shape.experts * ranks.gate, n, of: Double.self)
        var made: [Part: KeptMatrix] = [:]
        for model in 0..<shape.experts {
          let taskVector = try task.taskVector(model)
          let all = try algebra.leadingTriplets(
            of: taskVector, rank: max(ranks.expert, routesByChange ? ranks.gate : 0),
            noise: task.noise(of: taskVector), accuracy: task.accuracy)
          let routing = routesByChange ? all.right : try directions(of: model, task, ranks.gate)
          gate.setRows(
            from: model * ranks.gate, to: try algebra.rows(0..<ranks.gate, of: routing))
          guard ranks.expert > 0 else { continue }
          let left = try columns(try algebra.rows(0..<ranks.expert, of: all.left), algebra)
          made[.left(model)] = KeptMatrix(left, accuracy: task.accuracy)
          let right = try algebra.rows(0..<ranks.expert, of: all.right)
          algebra.scaleRows(of: right, by: Array(all.values.prefix(ranks.expert)))
          made[.right(model)] = KeptMatrix(right, accuracy: task.accuracy)
        }
        made[.gate] = KeptMatrix(gate, accuracy: task.accuracy)
        return made.filter { parts.contains($0.key) }
      }
    }
  }

  /// The leading right singular vectors of a model's own weights.
  private func directions(
    of model: Int, _ task: MatrixTask, _ rank: Int
  ) throws -> Matrix<Double> {
    let weights = try task.difference(model)
    task.algebra.add(task.result, to: weights)
    return try task.algebra.leadingTriplets(
      of: weights, rank: rank, noise: .fixed(0), accuracy: task.accuracy
    ).right
  }

  /// The rows of a matrix as columns.
  private func columns(_ rows: Matrix<Double>, _ algebra: MatrixAlgebra) throws -> Matrix<Double> {
    let columns = try algebra.matrix(rows.columns, rows.rows, of: Double.self)
    rows.withValues { from in
      columns.withValues { to in
        for row in 0..<rows.rows {
          for column in 0..<rows.columns {
            to[column * rows.rows + row] = from[row * rows.columns + column]
          }
        }
      }
    }
    return columns
  }

  /// What a layer with an m x n weight takes: seconds, and numbers held at a time.
  func demand(_ m: Int, _ n: Int, _ shape: SmileShape) -> MatrixMerge.Demand {
    let ranks = shape.ranks(m, n)
    let own = routesByChange ? 0 : MatrixCost.triplets(m, n, rank: ranks.gate)
    let rank = max(ranks.expert, routesByChange ? ranks.gate : 0)
    return MatrixMerge.Demand(
      seconds: Double(shape.experts) * (MatrixCost.triplets(m, n, rank: rank) + own),
      numbers: 4 * m * n + 3 * min(m, n) * min(m, n) + 2 * rank * (m + n)
        + shape.experts * (ranks.gate * n + ranks.expert * (m + n)))
  }
}
