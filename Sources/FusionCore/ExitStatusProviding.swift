/// An error that knows the exit status it ends the command with.
public protocol ExitStatusProviding: Error {
  /// 2 for a wrong command line or configuration, 1 for anything else.
  var exitStatus: Int32 { get }
}

/// The exit status that `error` ends the command with: 1 unless the error says otherwise.
public func exitStatus(of error: any Error) -> Int32 {
  (error as? any ExitStatusProviding)?.exitStatus ?? 1
}
