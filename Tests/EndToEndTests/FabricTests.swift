import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct FabricTests {
  @Test("MPI keeps the fabric's contract", arguments: 1...4)
  func contract(_ ranks: Int) throws {
    let folder = try TemporaryFolder()
    let worker = CommandRun.executable.deletingLastPathComponent()
      .appendingPathComponent("FabricWorker").path
    let run = try CommandRun([], ranks: ranks, in: folder.url, program: [worker])
    #expect(run.status == 0, "\(run.errors)")
  }
}
