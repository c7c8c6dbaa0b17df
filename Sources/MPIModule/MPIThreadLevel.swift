/// What an MPI library allows threads to do, from least to most.
public enum MPIThreadLevel: Int32, Sendable, Comparable {
  /// Only one thread may exist.
  case single
  /// Only the thread that initialised MPI may call it.
  case funneled
  /// One thread at a time may call it.
  case serialized
  /// All threads may call it at any time.
  case multiple

  /// Whether the left level allows less than the right one.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
