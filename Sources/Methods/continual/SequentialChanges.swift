import LinearAlgebra
import Synchronization

/// What DOP merges after each of some steps, less the pre-trained model. Where there are several,
/// the process that computed a matrix keeps those of all steps.
final class SequentialChanges: Sendable {
  private let descent: ProjectedDescent
  private let wanted: Range<Int>
  private let kept = Mutex<[String: [KeptMatrix]]>([:])

  /// - Parameter wanted: the steps, from 0, that `add` will be asked for.
  init(_ descent: ProjectedDescent, wanted: Range<Int>) {
    self.descent = descent
    self.wanted = wanted
  }

  /// Adds what is merged after a wanted step to the task's result.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  func add(step: Int, to task: MatrixTask) throws {
    let name = task.algebra.tensor
    if let steps = kept.withLock({ $0[name] }) {
      return try steps[step - wanted.lowerBound].add(to: task)
    }
    let steps = try descent.changes(task, wanted: wanted).map {
      KeptMatrix($0, accuracy: task.accuracy)
    }
    if steps.count > 1 { kept.withLock { $0[name] = steps } }
    try steps[step - wanted.lowerBound].add(to: task)
  }
}
