import Testing

/// The suites that start `mpirun`, one run at a time.
@Suite("MPI jobs", .serialized, .timeLimit(.minutes(5)))
enum MPIJobTests {}
