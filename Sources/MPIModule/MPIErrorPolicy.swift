import Foundation

/// What `withMPI` does with an error that leaves its body.
///
/// Launchers kill the other ranks as soon as one ends with a status other than 0, so that a line
/// written after `withMPI` can be lost. Therefore both kinds of error are written by the policy,
/// while all ranks are still there.
public struct MPIErrorPolicy {
  /// Whether every rank throws this error too, so that all can finalize MPI and end in order.
  public var isAgreed: (any Error) -> Bool
  /// Writes the line about an agreed error; called on every rank, so look at the rank first.
  ///
  /// `withMPI` throws the error afterwards, which needs to be written no more.
  public var reportAgreed: (any Error, _ rank: Int) -> Void
  /// Writes one line about any other error and returns the exit status of the job.
  ///
  /// The status is brought into 1...125, the range that launchers pass on unchanged.
  public var reportFatal: (any Error, _ rank: Int) -> Int32

  /// A policy of these three decisions; ranks are those in the world.
  public init(
    isAgreed: @escaping (any Error) -> Bool,
    reportAgreed: @escaping (any Error, _ rank: Int) -> Void,
    reportFatal: @escaping (any Error, _ rank: Int) -> Int32
  ) {
    self.isAgreed = isAgreed
    self.reportAgreed = reportAgreed
    self.reportFatal = reportFatal
  }

  /// No error of the body is agreed. Lines begin with `error: `; the job ends with status 1.
  public static var abortOnAny: MPIErrorPolicy {
    MPIErrorPolicy(
      isAgreed: { _ in false },
      reportAgreed: { error, rank in
        if rank == 0 { writeLine("error: \(error)") }
      },
      reportFatal: { error, rank in
        writeLine("error: rank \(rank): \(error)")
        return 1
      })
  }

  private static func writeLine(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
  }
}
