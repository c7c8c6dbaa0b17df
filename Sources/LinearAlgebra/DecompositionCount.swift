import Synchronization

/// How many decompositions were made, and how many of them took the slow and sure way.
public final class DecompositionCount: Sendable {
  private let all = Atomic(0)
  private let full = Atomic(0)
  private let single = Atomic(0)

  /// Starts at zero.
  public init() {}

  /// Decompositions so far.
  public var total: Int { all.load(ordering: .relaxed) }
  /// Those for which a Gram matrix was not accurate enough: full singular value decompositions.
  public var fallbacks: Int { full.load(ordering: .relaxed) }
  /// Those computed in `Float`.
  public var singles: Int { single.load(ordering: .relaxed) }

  func add(isFull: Bool, isSingle: Bool = false) {
    all.add(1, ordering: .relaxed)
    if isFull { full.add(1, ordering: .relaxed) }
    if isSingle { single.add(1, ordering: .relaxed) }
  }
}
