import LinearAlgebra
import Synchronization

/// The merged task vectors of several models that come out of one computation.
///
/// Whoever asks first computes them all; what the other models need is kept until each of them has
/// asked, rounded to `Float` where the checkpoints have no more.
final class SharedResults: Sendable {
  private let count: Int
  private let kept = Mutex<[String: [Int: Values]]>([:])

  private enum Values {
    case narrow([Float])
    case wide([Double])
  }

  /// Results for `count` models.
  init(count: Int) { self.count = count }

  /// Adds the task vector of model `m` to the task's result.
  ///
  /// - Parameter compute: makes the task vectors of all models; nil for zeros.
  /// - Throws: what `compute` throws.
  func add(
    _ m: Int, _ task: MatrixTask, scaledBy factor: Double = 1,
    compute: () throws -> [Matrix<Double>]?
  ) throws {
    let name = task.algebra.tensor
    let found = kept.withLock { kept in
      let values = kept[name]?.removeValue(forKey: m)
      if kept[name]?.isEmpty == true { kept[name] = nil }
      return values
    }
    guard let values = try found ?? computed(m, task, compute) else { return }
    let matrix = try task.algebra.matrix(
      task.result.rows, task.result.columns, of: Double.self)
    matrix.withValues { place in
      switch values {
      case .narrow(let values): for i in place.indices { place[i] = Double(values[i]) }
      case .wide(let values): _ = place.update(fromContentsOf: values)
      }
    }
    task.algebra.add(matrix, scaledBy: factor, to: task.result)
  }

  private func computed(
    _ m: Int, _ task: MatrixTask, _ compute: () throws -> [Matrix<Double>]?
  ) throws -> Values? {
    guard let results = try compute() else { return nil }
    var all: [Int: Values] = [:]
    for (model, result) in results.enumerated() {
      all[model] = result.withValues { values in
        task.accuracy.isNarrow ? .narrow(values.map { Float($0) }) : .wide(Array(values))
      }
    }
    let own = all.removeValue(forKey: m)
    kept.withLock { $0[task.algebra.tensor] = all }
    return own
  }
}
