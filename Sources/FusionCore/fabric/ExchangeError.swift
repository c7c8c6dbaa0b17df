/// Why a block of another process did not arrive.
public enum ExchangeError: Error, Equatable {
  /// The owner failed; its words, and the status that its error ends with.
  case owner(message: String, exitStatus: Int32)
  /// It was asked for while the processes do not exchange blocks: outside `Fabric.agreeing`.
  case closed
  /// The system has no thread left.
  case noThread
}

extension ExchangeError: CustomStringConvertible, ExitStatusProviding {
  /// One line for the user.
  public var description: String {
    switch self {
    case .owner(let message, _): message
    case .closed: "values of another rank's model were read where ranks do not exchange any"
    case .noThread: "the system has no thread left for exchanging values with other ranks"
    }
  }

  /// That of the owner's error, else 1.
  public var exitStatus: Int32 {
    if case .owner(_, let status) = self { status } else { 1 }
  }
}
