extension MPIError: CustomStringConvertible {
  /// One line: the call, what is wrong, the value, and what would do.
  public var description: String {
    switch self {
    case .call(let name, let code, let errorClass, let message, let rank):
      return "\(name) failed on rank \(rank): \(message) (code \(code), class \(errorClass))"
    case .notRunning(let call):
      return "\(call): MPI is not running; call it inside withMPI only"
    case .alreadyStarted:
      return "withMPI: MPI was started before in this process, and can start only once"
    case .wrongThread(let call):
      return "\(call): called from a thread other than the one that called withMPI"
    case .threadLevel(let needed, let provided, let library):
      return "MPI_Init_thread: \(library) provides the thread level '\(provided)' only, "
        + "'\(needed)' is needed"
    case .foreignLauncher(let launcher, let library):
      let place = launcher.rank.map { "rank \($0)" } ?? "one"
      let size = launcher.size.map { " of \($0)" } ?? ""
      return "started by \(launcher.kind) as \(place)\(size), but alone in the world of the MPI "
        + "library it is linked with, \(library); start it with the mpirun of \(library), "
        + "or build it for the launcher's MPI"
    case .rankOutOfRange(let call, let rank, let size):
      return "\(call): rank \(rank) is not in 0..<\(size)"
    case .tagOutOfRange(let call, let tag, let largest):
      return "\(call): tag \(tag) is not in 0...\(largest)"
    case .splitArgumentOutOfRange(let name, let value):
      return "MPI_Comm_split: \(name) \(value) is not in 0...\(Int32.max)"
    case .countsDoNotFit(let call, let counts, let size, let bufferCount):
      let shown = counts.prefix(8).map(String.init).joined(separator: ", ")
      let list = counts.count > 8 ? "[\(shown), … \(counts.count) in all]" : "[\(shown)]"
      return "\(call): the counts \(list) should be one per rank (\(size) ranks), not negative, "
        + "and add up to the \(bufferCount) elements of the buffer"
    case .bufferCount(let call, let expected, let actual):
      return "\(call): the buffer has \(actual) elements, \(expected) are needed"
    }
  }
}
