import MPIModule
import Testing

@Suite("An MPI error")
struct MPIErrorTests {
  static let texts: [(MPIError, String)] = [
    (
      .call(name: "MPI_Bcast", code: 8, errorClass: 8, message: "invalid root", rank: 3),
      "MPI_Bcast failed on rank 3: invalid root (code 8, class 8)"
    ),
    (
      .notRunning(call: "MPI_Send"),
      "MPI_Send: MPI is not running; call it inside withMPI only"
    ),
    (
      .alreadyStarted,
      "withMPI: MPI was started before in this process, and can start only once"
    ),
    (
      .wrongThread(call: "MPI_Send"),
      "MPI_Send: called from a thread other than the one that called withMPI"
    ),
    (
      .threadLevel(needed: .funneled, provided: .single, library: "Some MPI 1.0"),
      "MPI_Init_thread: Some MPI 1.0 provides the thread level 'single' only, "
        + "'funneled' is needed"
    ),
    (
      .foreignLauncher(
        MPILauncher(kind: .hydra, rank: 1, size: 4), library: "Open MPI v4.1.4"),
      "started by MPICH's mpiexec (Hydra) as rank 1 of 4, but alone in the world of the MPI "
        + "library it is linked with, Open MPI v4.1.4; start it with the mpirun of "
        + "Open MPI v4.1.4, or build it for the launcher's MPI"
    ),
    (.rankOutOfRange(call: "MPI_Send", rank: -1, size: 2), "MPI_Send: rank -1 is not in 0..<2"),
    (
      .tagOutOfRange(call: "MPI_Send", tag: 40000, largest: 32766),
      "MPI_Send: tag 40000 is not in 0...32766"
    ),
    (
      .splitArgumentOutOfRange(name: "color", value: -2),
      "MPI_Comm_split: color -2 is not in 0...2147483647"
    ),
    (
      .countsDoNotFit(call: "gatherV", counts: [1, -2], size: 3, bufferCount: 9),
      "gatherV: the counts [1, -2] should be one per rank (3 ranks), not negative, "
        + "and add up to the 9 elements of the buffer"
    ),
    (
      .countsDoNotFit(
        call: "gatherV", counts: [Int](repeating: 1, count: 1000), size: 3, bufferCount: 9),
      "gatherV: the counts [1, 1, 1, 1, 1, 1, 1, 1, … 1000 in all] should be one per rank "
        + "(3 ranks), not negative, and add up to the 9 elements of the buffer"
    ),
    (
      .bufferCount(call: "gatherV", expected: 2, actual: 3),
      "gatherV: the buffer has 3 elements, 2 are needed"
    ),
  ]

  @Test("is worded in one line that names the value", arguments: texts)
  func text(error: MPIError, expected: String) {
    #expect("\(error)" == expected)
  }

  @Test(
    "ends a job with a status that launchers pass on",
    arguments: [(-5, 1), (0, 1), (1, 1), (64, 64), (125, 125), (126, 125), (256, 125)]
      as [(Int32, Int32)])
  func exitStatus(code: Int32, expected: Int32) {
    #expect(clampedExitStatus(code) == expected)
  }

  @Test("is thrown outside withMPI, where MPI does not run")
  func outside() {
    #expect(throws: MPIError.notRunning(call: "MPI_Get_processor_name")) {
      try MPILibrary.processorName()
    }
  }
}
