import LinearAlgebra
import Synchronization

/// The merged task vectors of several models that come out of one computation.
///
/// Whoever asks first computes them all; what the other models need is kept until each of them has
/// asked, rounded to `Float` where the checkpoints have no more.
final class SharedResults: Sendable {
  private let count: Int
  private let kept = Mutex<[String: [Int: KeptMatrix]]>([:])

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
    try (found ?? computed(m, task, compute))?.add(to: task, scaledBy: factor)
  }

  private func computed(
    _ m: Int, _ task: MatrixTask, _ compute: () throws -> [Matrix<Double>]?
  ) throws -> KeptMatrix? {
    guard let results = try compute() else { return nil }
    var all: [Int: KeptMatrix] = [:]
    for (model, result) in results.enumerated() {
      all[model] = KeptMatrix(result, accuracy: task.accuracy)
    }
    let own = all.removeValue(forKey: m)
    kept.withLock { $0[task.algebra.tensor] = all }
    return own
  }
}
