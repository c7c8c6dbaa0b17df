import Foundation
import Testing

extension MPIJobTests {
  @Suite("A communicator on 1 to 4 ranks")
  struct CommunicatorTests {
    @Test(
      "gives the values computed locally, whole and in chunks",
      arguments: ["reductions", "broadcasts", "gathers", "messages"], [1, 2, 3, 4])
    func values(of name: String, on ranks: Int) throws {
      try expectSuccess(MPIRun.ranks(ranks, name))
      for chunk in ["1", "3"] {
        try expectSuccess(MPIRun.ranks(ranks, name, chunk))
      }
    }

    @Test(
      "splits, duplicates, agrees, checks arguments, and survives its own end",
      arguments: ["splits", "agreement", "pending", "bad-arguments", "outlive"], [1, 2, 3, 4])
    func behaviour(of name: String, on ranks: Int) throws {
      try expectSuccess(MPIRun.ranks(ranks, name))
    }

    @Test("waits for a late rank with less than 5 % of a core", arguments: [2, 4])
    func waiting(on ranks: Int) throws {
      try expectSuccess(MPIRun.ranks(ranks, "barrier"))
      try expectSuccess(MPIRun.ranks(ranks, "sleeping"))
    }

    @Test("does not take a short message for a whole one")
    func shortMessage() throws {
      try expectSuccess(MPIRun.ranks(2, "short-message"))
    }

    @Test("names the library and the processor")
    func library() throws {
      let run = try MPIRun.ranks(2, "library")
      expectSuccess(run)
      let lines = run.output.split(separator: "\n")
      try #require(lines.count == 3)
      let name = try #require(lines[0].wholeMatch(of: /(Open MPI v|MPICH )([0-9]+\.[0-9.]+)/))
      #expect(lines[1].contains(name.2))
      let host = try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
      #expect(lines[2] == host.trimmingCharacters(in: .newlines))
    }

    private func expectSuccess(_ run: MPIRun) {
      #expect(run.status == 0, "\(run.workerLines)")
      #expect(run.workerLines == [])
    }
  }
}
