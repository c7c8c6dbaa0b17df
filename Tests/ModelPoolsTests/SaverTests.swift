import Checkpoints
import Foundation
import FusionCore
import FusionTestSupport
import ModelPools
import Synchronization
import Tensors
import Testing

@Suite struct SaverTests {
  /// A model whose reading fails after so many slices.
  private final class Failing: StateDict {
    let source: any StateDict
    let left: Atomic<Int>
    let read = Atomic(0)
    var manifest: Manifest { source.manifest }
    var label: String { "failing" }

    init(_ source: any StateDict, after count: Int = .max) {
      self.source = source
      left = Atomic(count)
    }

    func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
      // Small slices, so that there is something to interrupt.
      manifest.slices(part: part, of: parts, limit: 1000)
    }

    func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
      guard left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 else { throw Failure() }
      read.wrappingAdd(1, ordering: .relaxed)
      try source.read(slice, into: destination)
    }
  }

  private struct Failure: Error, CustomStringConvertible {
    var description: String { "the disk is gone" }
  }

  private func model(_ special: Double = 0) throws -> InMemoryStateDict {
    try InMemoryStateDict([
      try Tensor("a", shape: [50, 100], values: (0..<5000).map { Double($0) / 7 }),
      try Tensor("b", dtype: .bfloat16, shape: [30_001], values: (0..<30_001).map { Double($0) }),
      try Tensor("c", dtype: .float16, shape: [2], values: [special, special]),
    ])
  }

  private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "saver-\(UUID().uuidString)").path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private static let manifest: @Sendable (SavedModel, [String]) throws -> String = {
    saved, sideFiles in
    let files = saved.files.map {
      "{\"file\": \"\(($0.path as NSString).lastPathComponent)\", \"size\": \($0.size), "
        + "\"\($0.checksum.kind)\": \"\($0.checksum.digits)\"}"
    }
    return "{\"outputs\": [\(files.joined(separator: ", "))], \"plan\": \"\(saved.plan ?? "")\","
      + " \"side_files\": \(sideFiles)}"
  }

  private func save(
    _ model: any StateDict, to path: String, ranks: Int = 1, threads: Int = 1, rules: SaveRules,
    sideFiles: String? = nil
  ) throws -> [[String]] {
    try ThreadFabric.run(ranks: ranks, threads: threads) { world in
      let options = SaveOptions()
      options.fsync = false
      let request = SaveRequest(
        model, to: path, options: options, rules: rules,
        sideFiles: sideFiles.map { SideFileFolder($0) },
        describe: Self.manifest)
      return try ModelSaver(world: world).save(request).files.map(\.checksum.digits)
    }
  }

  private func hidden(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(".") }
  }

  @Test(
    "an interrupted run goes on with any number of ranks and threads to the same bytes",
    arguments: [(1, 1, 1), (1, 2, 2), (3, 1, 2), (2, 7, 1), (4, 3, 2), (7, 1, 1)])
  func resumes(_ before: Int, _ after: Int, _ threads: Int) throws {
    try withFolder { folder in
      let expected = try save(
        try model(), to: folder + "/plain", rules: SaveRules(plan: "p"))[0]
      let rules = SaveRules(resume: true, plan: "p")
      let first = Failing(try model(), after: 20)
      #expect(throws: (any Error).self) {
        try save(first, to: folder + "/out", ranks: before, rules: rules)
      }
      #expect(!FileManager.default.fileExists(atPath: folder + "/out/model.safetensors"))
      #expect(try hidden(folder + "/out").count >= 2)
      let second = Failing(try model())
      let digests = try save(
        second, to: folder + "/out", ranks: after, threads: threads, rules: rules)
      #expect(digests.allSatisfy { $0 == expected })
      #expect(
        try FileChecksum(.xxh128, of: folder + "/out/model.safetensors").digits == expected[0])
      // 37 slices in all; some straddle the borders of the first run's.
      let read = second.read.load(ordering: .relaxed)
      #expect(read >= 10 && read < 37, "\(read) slices were computed again")
      #expect(try hidden(folder + "/out") == [])
      // A complete output is verified, not computed.
      let third = Failing(try model())
      #expect(try save(third, to: folder + "/out", ranks: 2, rules: rules)[0] == expected)
      #expect(third.read.load(ordering: .relaxed) == 0)
    }
  }

  @Test("a complete output that is damaged, or of another plan, is not taken for complete")
  func notComplete() throws {
    try withFolder { folder in
      let out = folder + "/out"
      _ = try save(try model(), to: out, rules: SaveRules(plan: "p"))
      let rules = SaveRules(resume: true, plan: "q")
      #expect(throws: AgreedError.self) { try save(try model(), to: out, rules: rules) }
      let file = URL(filePath: out + "/model.safetensors")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: file)
      let same = SaveRules(resume: true, plan: "p")
      #expect(throws: AgreedError.self) { try save(try model(), to: out, rules: same) }
      let again = SaveRules(overwrite: true, resume: true, plan: "p")
      let expected = try save(try model(), to: folder + "/x", rules: SaveRules())[0]
      #expect(try save(try model(), to: out, ranks: 2, rules: again)[0] == expected)
    }
  }

  @Test("without resume, or without a plan, an error leaves nothing", arguments: [true, false])
  func leavesNothing(_ resume: Bool) throws {
    try withFolder { folder in
      let rules = SaveRules(resume: resume, plan: resume ? nil : "p")
      for ranks in [1, 3] {
        do {
          _ = try save(
            Failing(try model(), after: 5), to: folder + "/out", ranks: ranks, rules: rules)
          Issue.record("the run did not fail")
        } catch let error as AgreedError {
          #expect(error.description == "the disk is gone" && error.exitStatus == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
      }
    }
  }

  @Test("NaN and infinities are counted, also in what was resumed", arguments: [1, 3])
  func nonFinite(_ ranks: Int) throws {
    try withFolder { folder in
      let out = folder + "/out"
      let special = try model(.nan)
      let lax = SaveRules(resume: true, plan: "p")
      // The last slice is the one with NaN: all but the two before it are there.
      #expect(throws: AgreedError.self) { try save(special, to: out, rules: strict(lax)) }
      #expect(!FileManager.default.fileExists(atPath: out + "/model.safetensors"))
      do {
        _ = try save(special, to: out, ranks: ranks, rules: strict(lax))
        Issue.record("NaN was accepted")
      } catch let error as AgreedError {
        #expect(error.description.contains("tensor 'c'"), "\(error)")
        #expect(error.description.contains("2 of 2 values"), "\(error)")
      }
      let counts = try ThreadFabric.run(ranks: ranks) { world in
        try ModelSaver(world: world).save(SaveRequest(special, to: out, rules: lax)).nonFinite
          .map(\.count)
      }
      #expect(counts.allSatisfy { $0 == [2] })
    }
  }

  private func strict(_ rules: SaveRules) -> SaveRules {
    var rules = rules
    rules.strictFinite = true
    return rules
  }

  @Test("files beside the weights that an overwritten output had from us are removed, others not")
  func staleSideFiles() throws {
    try withFolder { folder in
      func put(_ names: [String], in directory: String) throws {
        try FileManager.default.createDirectory(
          atPath: directory, withIntermediateDirectories: true)
        for name in names { try Data("{}".utf8).write(to: URL(filePath: "\(directory)/\(name)")) }
      }
      try put(["config.json", "tokenizer.json"], in: folder + "/one")
      try put(["config.json"], in: folder + "/two")
      let out = folder + "/out"
      let rules = SaveRules(overwrite: true)
      _ = try save(try model(), to: out, rules: rules, sideFiles: folder + "/one")
      try put(["notes.txt", "vocab.txt"], in: out)
      _ = try save(try model(), to: out, rules: rules, sideFiles: folder + "/two")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: out).sorted()
          == ["config.json", "merge_manifest.json", "model.safetensors", "notes.txt", "vocab.txt"])
    }
  }

  @Test("verifying finds every kind of damage, whatever the number of ranks", arguments: [1, 3])
  func verifies(_ ranks: Int) throws {
    try withFolder { folder in
      let out = folder + "/out"
      let options = SaveOptions()
      options.fsync = false
      options.maxShardSize = ShardSize(bytes: 21_000)
      func damaged(_ damage: () throws -> Void) throws -> String {
        _ = try ModelSaver(world: LocalFabric()).save(
          SaveRequest(
            try model(), to: out, options: options, rules: SaveRules(overwrite: true),
            describe: Self.manifest))
        try damage()
        let outcomes = ThreadFabric.outcomes(ranks: ranks) { world in
          _ = try world.verifyOutput(out)
        }
        let texts = outcomes.map { outcome in
          switch outcome {
          case .success: "fine"
          case .failure(let error): "\(error)"
          }
        }
        #expect(Set(texts).count == 1)
        return texts[0]
      }
      let second = URL(filePath: out + "/model-00002-of-00002.safetensors")
      let undamaged = try damaged {}
      #expect(undamaged == "fine")
      let changed = try damaged {
        var bytes = try Data(contentsOf: second)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: second)
      }
      #expect(changed.contains("model-00002-of-00002.safetensors: xxh128 is"))
      let cut = try damaged { try Data(contentsOf: second).dropLast().write(to: second) }
      #expect(cut.contains("but the manifest says"))
      let gone = try damaged { try FileManager.default.removeItem(at: second) }
      #expect(gone.contains("model-00002-of-00002"))
      let empty = try damaged {
        try Data("{}".utf8).write(to: URL(filePath: out + "/merge_manifest.json"))
      }
      #expect(empty.contains("not a merge manifest"))
      let unlisted = try damaged {
        try FileManager.default.removeItem(atPath: out + "/model.safetensors.index.json")
      }
      #expect(unlisted != "fine")
    }
  }
}
