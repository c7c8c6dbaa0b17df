import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

/// What happens to a process is tried in a process of its own.
@Suite struct ProcessTests {
  private let directory = FileManager.default.temporaryDirectory
    .appending(path: "checkpoints-\(UUID().uuidString)").path(percentEncoded: false)

  private func cleanUp() { try? FileManager.default.removeItem(atPath: directory) }

  @Test("A killed run leaves nothing under the final name, no lock, and no harm to the next run")
  func killed() async throws {
    defer { cleanUp() }
    await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
      let model = try Golden.layers()
      let writer = try SafetensorsWriter(
        model.manifest, to: directory, maxShardSize: 48, runID: "killed")
      try writer.create()
      try fill(writer, with: model)
      kill(getpid(), SIGKILL)
    }
    let left = try listing(directory)
    #expect(left.count == 5)
    #expect(left.allSatisfy { $0.hasPrefix(".model") })
    guard case .noWeights = failure({ _ = try Checkpoint.open(directory) }) else {
      Issue.record("the unfinished output can be opened")
      return
    }
    try save(try Golden.layers(), to: directory, maxShardSize: 48)
    #expect(try listing(directory) == listing(Golden.directory + "/sharded"))
  }

  @Test("A limit on file sizes is an error before any work and no signal")
  func fileSizeLimit() async throws {
    defer { cleanUp() }
    await #expect(processExitsWith: .success) { [directory = directory as String] in
      var limit = rlimit(rlim_cur: 100, rlim_max: 100)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let model = try Golden.layers()
      let writer = try SafetensorsWriter(model.manifest, to: directory, runID: "r")
      let size = writer.layout.byteCount
      #expect(
        failure { try writer.create() }
          == .fileSizeLimit(path: directory, needed: size, limit: 100))
    }
    #expect(!FileManager.default.fileExists(atPath: directory))
  }

  @Test(
    "A mistyped path of two parts is a path, not a name of the hub, when its directory is there")
  func pathOfTwoParts() async throws {
    defer { cleanUp() }
    try put("x", at: directory + "/models/base/config.json")
    await #expect(processExitsWith: .success) { [directory = directory as String] in
      setenv("HF_HUB_CACHE", directory, 1)
      try #require(chdir(directory) == 0)
      #expect(
        failure { _ = try Checkpoint.open("models/bsae") }
          == .missing(path: "models/bsae", didYouMean: "models/base"))
      #expect(
        failure { _ = try Checkpoint.open("model/bsae") }
          == .notCached(name: "model/bsae", cache: directory))
    }
  }

  @Test("More shards than the customary number of open files are opened")
  func manyShards() async throws {
    defer { cleanUp() }
    await #expect(processExitsWith: .success) { [directory = directory as String] in
      let model = try InMemoryStateDict(
        try (0..<60).map { try Golden.tensor(TensorName("t\($0)"), .uint8, [4], seed: $0) })
      try save(model, to: directory, maxShardSize: 4)
      var limit = rlimit(rlim_cur: 40, rlim_max: 4096)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      try expectSame(try Checkpoint.open(directory), model)
    }
  }
}
