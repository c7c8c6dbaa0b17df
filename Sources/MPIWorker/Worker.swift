import Foundation
import MPIModule

/// Runs one named case on all ranks of the world; the exit status says how it went.
///
/// 0: all checks held. 1: one did not, its line is on stderr. 64: no such case. A case that fails
/// on purpose ends with the status it is about.
@main
struct Worker {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard let name = arguments.first, let body = cases[name] else {
      say("worker: unknown case; the cases are \(cases.keys.sorted().joined(separator: ", "))")
      exit(64)
    }
    do {
      try withMPI(onError: policy) { world in
        if arguments.count > 1 {
          let text = arguments.dropFirst().joined()
          guard let chunk = Int(text) else { throw Failure("chunk \(text) is no number") }
          world.chunkElements = chunk
        }
        try body(world)
      }
      try checkAfterEnd()
    } catch let error as AgreedFailure {
      exit(error.status)
    } catch is MPIError {
      exit(1)
    } catch {
      say("worker: \(error)")
      exit(1)
    }
  }

  /// What every case ends with: MPI is over, and says so instead of crashing.
  private static func checkAfterEnd() throws {
    if let kept = Kept.communicator {
      try expectError(MPIError.notRunning(call: "MPI_Ibarrier")) { try kept.barrier() }
    }
    try expectError(MPIError.alreadyStarted) { try withMPI { _ in } }
  }

  private static var policy: MPIErrorPolicy {
    MPIErrorPolicy(
      isAgreed: { $0 is AgreedFailure },
      reportAgreed: { error, rank in
        if rank == 0 { say("worker: agreed: \(error)") }
      },
      reportFatal: { error, rank in
        say("worker: rank \(rank): \(error)")
        return (error as? CodedFailure)?.status ?? 1
      })
  }

  private static let cases: [String: @Sendable (Communicator) throws -> Void] = [
    "reductions": reductionCase,
    "broadcasts": broadcastCase,
    "gathers": gatherCase,
    "messages": messageCase,
    "pending": pendingCase,
    "splits": splitCase,
    "agreement": agreementCase,
    "barrier": barrierCase,
    "sleeping": sleepingCase,
    "bad-root": badRootCase,
    "bad-arguments": badArgumentCase,
    "short-message": shortMessageCase,
    "throw-on-one": throwOnOneCase,
    "throw-agreed": throwAgreedCase,
    "abort-300": { $0.abort(code: 300) },
    "abort-0": { $0.abort(code: 0) },
    "library": libraryCase,
    "outlive": outliveCase,
  ]
}
