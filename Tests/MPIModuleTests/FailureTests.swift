import Testing

extension MPIJobTests {
  @Suite("A job that fails")
  struct FailureTests {
    @Test("ends at once with the status and one line of the rank that threw", arguments: [1, 2, 4])
    func throwOnOne(ranks: Int) throws {
      let run = try MPIRun.ranks(ranks, "throw-on-one")
      #expect(run.status == 7)
      #expect(run.workerLines == ["worker: rank \(ranks - 1): CodedFailure(status: 7)"])
      #expect(run.seconds < 10)
    }

    @Test("ends in order with the status that all ranks agreed on", arguments: [1, 2, 3, 4])
    func throwAgreed(ranks: Int) throws {
      let run = try MPIRun.ranks(ranks, "throw-agreed")
      #expect(run.status == 5)
      #expect(run.workerLines == ["worker: agreed: AgreedFailure(status: 5)"])
      #expect(!run.errors.contains("MPI_ABORT"))
      #expect(!run.errors.contains("improperly"))
    }

    @Test(
      "never passes a failure off as success",
      arguments: [("abort-0", 1), ("abort-300", 125)] as [(String, Int32)])
    func abort(name: String, status: Int32) throws {
      #expect(try MPIRun.ranks(2, name).status == status)
    }

    @Test("words an MPI error with call, rank and MPI's own text", arguments: [1, 2])
    func badRoot(ranks: Int) throws {
      let run = try MPIRun.ranks(ranks, "bad-root")
      #expect(run.status == 0)
      #expect(run.output.hasPrefix("MPI_Bcast failed on rank 0: "))
      #expect(run.output.lowercased().contains("invalid root"))
      #expect(run.output.split(separator: "\n").count == 1)
    }

    @Test("names both MPIs when started by the launcher of another one")
    func foreignLauncher() throws {
      let environment = ["PMI_RANK": "0", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0"]
      let run = try MPIRun.alone("library", environment: environment)
      #expect(run.status == 1)
      let line = try #require(run.workerLines.first)
      #expect(line.contains("started by MPICH's mpiexec (Hydra) as rank 0 of 4"))
      #expect(line.contains("linked with, Open MPI v"))
      #expect(run.workerLines.count == 1)
      #expect(run.output == "")
    }
  }
}
