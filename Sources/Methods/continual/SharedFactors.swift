import Synchronization

/// What the sums of task vectors are multiplied by: 0 until all norms are known.
final class SharedFactors: Sendable {
  private let stored = Mutex((all: 0.0, first: 0.0))

  /// The factor of all sums, and that of the first task vector where no other is added.
  var values: (all: Double, first: Double) {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }
}
