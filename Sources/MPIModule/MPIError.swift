/// What can go wrong between this process and MPI.
///
/// After `call`, MPI promises nothing about later calls: end the job.
public enum MPIError: Error, Equatable, Sendable {
  /// An MPI function returned an error; `rank` is the caller's in the communicator of the call.
  case call(name: String, code: Int32, errorClass: Int32, message: String, rank: Int)
  /// MPI was called before `withMPI`, or after it had ended.
  case notRunning(call: String)
  /// `withMPI` was called a second time: MPI can start once per process.
  case alreadyStarted
  /// MPI was called from a thread other than the one that called `withMPI`.
  case wrongThread(call: String)
  /// The library allows fewer threads than the program has.
  case threadLevel(needed: MPIThreadLevel, provided: MPIThreadLevel, library: String)
  /// The launcher started several processes, but each is alone in its world.
  case foreignLauncher(MPILauncher, library: String)
  case rankOutOfRange(call: String, rank: Int, size: Int)
  case tagOutOfRange(call: String, tag: Int, largest: Int)
  /// A colour or key of a split that is negative or does not fit 32 bits.
  case splitArgumentOutOfRange(name: String, value: Int)
  /// Not one count per rank, a negative count, or a total other than the buffer's.
  case countsDoNotFit(call: String, counts: [Int], size: Int, bufferCount: Int)
  /// A buffer has another length than the call needs.
  case bufferCount(call: String, expected: Int, actual: Int)
}
