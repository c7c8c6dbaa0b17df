import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

@Suite struct CheckpointTests {
  private static let tiny = safetensors(
    #"{"w":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}}"#, data: 4)

  @Test("Files of the reference writer hold the bytes that it was given, for all types and shapes")
  func goldens() throws {
    try expectSame(
      try Checkpoint.open(Golden.directory + "/all_dtypes.safetensors"), try Golden.allDTypes())
    try expectSame(
      try Checkpoint.open(Golden.directory + "/odd_names.safetensors"), try Golden.odd())
  }

  @Test("A sharded model is opened by its directory and by its index, in the order of the shards")
  func shardedGolden() throws {
    for path in ["/sharded", "/sharded/", "/sharded/model.safetensors.index.json"] {
      let model = try Checkpoint.open(Golden.directory + path)
      #expect(
        model.manifest.tensors.map(\.name.string)
          == [2, 0, 1, 3, 4, 5].map { "layer.\($0)" })
      #expect(model.files.count == 3)
      #expect(model.directory.hasSuffix("/sharded"))
      try expectSame(model, try Golden.layers())
    }
  }

  @Test("Slices of a tensor are read alone")
  func slices() throws {
    let model = try Checkpoint.open(Golden.directory + "/all_dtypes.safetensors")
    let memory = try Golden.allDTypes()
    let position = try #require(model.manifest.position(of: "float32.vector"))
    let other = try #require(memory.manifest.position(of: "float32.vector"))
    var found = [UInt8](repeating: 0, count: 8)
    var expected = found
    try found.withUnsafeMutableBytes {
      try model.read(Slice(tensor: position, elements: 1..<3), into: $0)
    }
    expected.withUnsafeMutableBytes {
      memory.read(Slice(tensor: other, elements: 1..<3), into: $0)
    }
    #expect(found == expected)
  }

  @Test("A directory is preferred to hold one file; its metadata and files are shown")
  func directory() throws {
    try withDirectory { directory in
      try put(CheckpointTests.tiny, at: directory + "/model.safetensors")
      try put("{", at: directory + "/model.safetensors.index.json")
      let model = try Checkpoint.open(directory)
      #expect(model.label == directory)
      #expect(model.directory == directory)
      #expect(model.files.map(\.path) == [directory + "/model.safetensors"])
      #expect(model.files[0].status.size == CheckpointTests.tiny.count)
      #expect(model.files[0].status.modified.seconds > 1_600_000_000)
      #expect(model.metadata.isEmpty)
    }
  }

  @Test("A link to a file elsewhere is followed")
  func link() throws {
    try withDirectory { directory in
      try put(CheckpointTests.tiny, at: directory + "/blobs/abc")
      try FileManager.default.createDirectory(
        atPath: directory + "/snapshot", withIntermediateDirectories: true)
      #expect(symlink("../blobs/abc", directory + "/snapshot/model.safetensors") == 0)
      #expect(try Checkpoint.open(directory + "/snapshot").manifest.elementCount == 4)
    }
  }

  @Test("A link that leads nowhere is an error with its path")
  func brokenLink() throws {
    try withDirectory { directory in
      #expect(symlink("../blobs/abc", directory + "/model.safetensors") == 0)
      let error = failure { _ = try Checkpoint.open(directory) }
      #expect(
        error
          == .system(
            operation: "look up", path: directory + "/model.safetensors", errno: ENOENT)
          || error
            == .system(operation: "open", path: directory + "/model.safetensors", errno: ENOENT)
      )
    }
  }

  @Test("A mistyped path is an error that names the nearest")
  func didYouMean() throws {
    try withDirectory { directory in
      try put(CheckpointTests.tiny, at: directory + "/base/model.safetensors")
      let error = failure { _ = try Checkpoint.open(directory + "/bsae") }
      #expect(
        error == .missing(path: directory + "/bsae", didYouMean: directory + "/base"))
      let nested = failure { _ = try Checkpoint.open(directory + "/bsae/model.safetensors") }
      #expect(
        nested
          == .missing(
            path: directory + "/bsae/model.safetensors",
            didYouMean: directory + "/base/model.safetensors"))
      let far = failure { _ = try Checkpoint.open(directory + "/quite-different") }
      #expect(far == .missing(path: directory + "/quite-different", didYouMean: nil))
    }
  }

  @Test("Paths that the system cannot name are refused")
  func invalidPaths() {
    let long = "/tmp/" + String(repeating: "x", count: 300)
    #expect(
      failure { _ = try Checkpoint.open(long) }
        == .system(operation: "look up", path: long, errno: ENAMETOOLONG))
    #expect(failure { _ = try Checkpoint.open("") } == .invalidPath(""))
    #expect(failure { _ = try Checkpoint.open("/tmp\0/x") } == .invalidPath("/tmp\0/x"))
  }

  @Test("A directory without weights says what was looked for and what is there")
  func noWeights() throws {
    try withDirectory { directory in
      #expect(
        failure { _ = try Checkpoint.open(directory) }
          == .noWeights(directory: directory, others: []))
      try put(CheckpointTests.tiny, at: directory + "/other.safetensors")
      let error = try #require(failure { _ = try Checkpoint.open(directory) })
      #expect(error == .noWeights(directory: directory, others: ["other.safetensors"]))
      #expect("\(error)".contains("model.safetensors, model.safetensors.index.json"))
    }
  }

  @Test(
    "Files that only end like PyTorch's are refused by what they hold",
    arguments: ["pytorch_model.bin", "a.pt", "a.pth", "a.ckpt"])
  func notTorch(_ name: String) throws {
    try withDirectory { directory in
      let path = directory + "/" + name
      try put("x", at: path)
      #expect(throws: TorchError.notAnArchive(path: path)) { try Checkpoint.open(path) }
      try put([0x80, 2, 0x8A, 0x0A], at: path)
      #expect(throws: TorchError.legacy(path: path)) { try Checkpoint.open(path) }
    }
  }

  @Test("A file of another kind is no checkpoint")
  func unknownFormat() throws {
    try withDirectory { directory in
      try put("x", at: directory + "/model.txt")
      #expect(
        failure { _ = try Checkpoint.open(directory + "/model.txt") }
          == .unknownFormat(path: directory + "/model.txt"))
    }
  }

  @Test("A checkpoint without tensors is refused")
  func empty() throws {
    try withDirectory { directory in
      let path = directory + "/m.safetensors"
      try put(safetensors("{}"), at: path)
      #expect(failure { _ = try Checkpoint.open(path) } == .noTensors(path: path))
    }
  }

  @Test("Pipes, devices and directories in place of a file are refused at once")
  func notRegular() throws {
    try withDirectory { directory in
      let pipe = directory + "/pipe.safetensors"
      #expect(mkfifo(pipe, 0o600) == 0)
      #expect(
        failure { _ = try Checkpoint.open(pipe) } == .notRegularFile(path: pipe, kind: "pipe"))
      let zero = directory + "/zero.safetensors"
      #expect(symlink("/dev/zero", zero) == 0)
      #expect(
        failure { _ = try Checkpoint.open(zero) } == .notRegularFile(path: zero, kind: "device"))
      let folder = directory + "/m/model.safetensors"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      #expect(
        failure { _ = try Checkpoint.open(directory + "/m") }
          == .notRegularFile(path: folder, kind: "directory"))
    }
  }

  @Test("A file cut short after opening is an error when it is read, and a change")
  func cutShort() throws {
    try withDirectory { directory in
      let path = directory + "/m.safetensors"
      try put(CheckpointTests.tiny, at: path)
      let model = try Checkpoint.open(path)
      try model.checkUnchanged()
      #expect(truncate(path, off_t(CheckpointTests.tiny.count - 1)) == 0)
      var buffer: [UInt8] = [0, 0, 0, 0]
      let error = failure {
        try buffer.withUnsafeMutableBytes {
          try model.read(Slice(tensor: 0, elements: 0..<4), into: $0)
        }
      }
      #expect(
        error
          == .truncated(
            path: path, offset: CheckpointTests.tiny.count - 4, expected: 4, found: 3))
      #expect(failure { try model.checkUnchanged() } == .changed(path: path))
    }
  }

  @Test("A file replaced after opening is a change, though the old one is still read")
  func replaced() throws {
    try withDirectory { directory in
      let path = directory + "/m.safetensors"
      try put(CheckpointTests.tiny, at: path)
      let model = try Checkpoint.open(path)
      try put(CheckpointTests.tiny, at: path + ".new")
      #expect(rename(path + ".new", path) == 0)
      #expect(try model.tensor("w").withBytes { Array($0) } == [0, 1, 2, 3])
      #expect(failure { try model.checkUnchanged() } == .changed(path: path))
    }
  }

  @Test("Many threads read one checkpoint")
  func threads() throws {
    let model = try Checkpoint.open(Golden.directory + "/all_dtypes.safetensors")
    let memory = try Golden.allDTypes()
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for info in memory.manifest.tensors {
        let found = try? model.tensor(info.name).withBytes { Array($0) }
        let expected = try? memory.tensor(info.name).withBytes { Array($0) }
        #expect(found == expected)
      }
    }
  }
}
