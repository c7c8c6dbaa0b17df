import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

@Suite struct WriterTests {
  @Test("The bytes are those of the reference writer, for all types, shapes and odd names")
  func goldenBytes() throws {
    try withDirectory { directory in
      let models = [("all_dtypes", try Golden.allDTypes()), ("odd_names", try Golden.odd())]
      for (name, model) in models {
        let path = directory + "/\(name).safetensors"
        try save(model, to: path)
        #expect(try bytes(of: path) == bytes(of: Golden.directory + "/\(name).safetensors"))
      }
      #expect(try listing(directory) == ["all_dtypes.safetensors", "odd_names.safetensors"])
    }
  }

  @Test("Shards are those of the reference writer, and their index is complete")
  func goldenShards() throws {
    try withDirectory { directory in
      let writer = try save(try Golden.layers(), to: directory + "/new/model", maxShardSize: 48)
      let golden = Golden.directory + "/sharded/"
      for path in writer.shardPaths {
        #expect(try bytes(of: path) == bytes(of: golden + Paths.name(of: path)))
      }
      #expect(try listing(directory + "/new/model") == listing(golden))
      try expectSame(try Checkpoint.open(directory + "/new/model"), try Golden.layers())
    }
  }

  @Test("Any number of writers gives the same bytes", arguments: [1, 2, 3, 7])
  func manyWriters(_ parts: Int) throws {
    try withDirectory { directory in
      let model = try Golden.allDTypes()
      let writers = try (0..<parts).map { _ in
        try SafetensorsWriter(model.manifest, to: directory + "/m.safetensors", runID: "r")
      }
      try writers[0].create()
      // Parts of a small model are empty but for one: cut it by tensors instead.
      for (part, writer) in writers.enumerated() {
        try writer.open()
        for position in model.manifest.tensors.indices where position % parts == part {
          let tensor = try model.tensor(at: position)
          try tensor.withBytes {
            try writer.write(Slice(tensor: position, elements: 0..<tensor.info.count), $0)
          }
        }
      }
      for writer in writers.reversed() { try writer.finishWriting() }
      try writers[0].commit()
      for writer in writers { writer.discard() }
      #expect(
        try bytes(of: directory + "/m.safetensors")
          == bytes(of: Golden.directory + "/all_dtypes.safetensors"))
    }
  }

  @Test("Threads write one output together")
  func threads() throws {
    try withDirectory { directory in
      let model = try Golden.allDTypes()
      let writer = try SafetensorsWriter(
        model.manifest, to: directory + "/m.safetensors", runID: "r")
      try writer.create()
      try writer.open()
      DispatchQueue.concurrentPerform(iterations: model.manifest.tensors.count) { position in
        do {
          let tensor = try model.tensor(at: position)
          try tensor.withBytes {
            try writer.write(Slice(tensor: position, elements: 0..<tensor.info.count), $0)
          }
        } catch {
          Issue.record(error)
        }
      }
      try writer.finishWriting()
      try writer.commit()
      try expectSame(try Checkpoint.open(directory + "/m.safetensors"), model)
    }
  }

  @Test("Before the commit nothing stands under the final name, and discarding leaves nothing")
  func nothingBeforeCommit() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      let target = directory + "/a/b/model"
      let writer = try SafetensorsWriter(
        model.manifest, to: target, maxShardSize: 48, runID: "r")
      try writer.create()
      try fill(writer, with: model)
      let names = try listing(target)
      #expect(names.count == 5)
      #expect(names.allSatisfy { $0.hasPrefix(".model") })
      writer.discard()
      writer.discard()
      #expect(try listing(directory) == [])
    }
  }

  @Test("Discarding keeps a directory that was there or that someone uses")
  func keepsDirectories() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      let writer = try SafetensorsWriter(model.manifest, to: directory + "/a/b", runID: "r")
      try writer.create()
      try put("x", at: directory + "/a/other")
      writer.discard()
      #expect(try listing(directory) == ["a"])
      #expect(try listing(directory + "/a") == ["other"])
    }
  }

  @Test("What a killed run left is removed by the next run into the same output")
  func killedRun() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      for name in [
        ".model.safetensors.old.tmp", ".model-00001-of-00003.safetensors.old.tmp",
        ".model.safetensors.index.json.old.tmp", ".model.safetensors.lock",
      ] {
        try put("left over", at: directory + "/" + name)
      }
      try put("kept", at: directory + "/.other.tmp")
      // Of an output `model-a.safetensors` in the same directory, which another run may be writing.
      try put("kept", at: directory + "/.model-a.safetensors.old.tmp")
      try save(model, to: directory, maxShardSize: 48)
      #expect(
        try listing(directory)
          == [".model-a.safetensors.old.tmp", ".other.tmp"] + listing(Golden.directory + "/sharded")
      )
    }
  }

  @Test("Two runs do not write one output at once")
  func locked() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      let first = try SafetensorsWriter(model.manifest, to: directory, runID: "1")
      let second = try SafetensorsWriter(model.manifest, to: directory, runID: "2")
      try first.create()
      #expect(failure { try second.create() } == .outputLocked(path: directory))
      try fill(first, with: model)
      try first.commit()
      #expect(try listing(directory) == ["model.safetensors"])
      first.discard()
      #expect(try listing(directory) == ["model.safetensors"])
    }
  }

  @Test("A complete output is not replaced unless asked", arguments: ["", "/m.safetensors"])
  func exists(_ file: String) throws {
    try withDirectory { directory in
      let target = directory + file
      let path = file.isEmpty ? directory + "/model.safetensors" : target
      try save(try Golden.layers(), to: target)
      let before = try bytes(of: path)
      #expect(failure { try save(try Golden.odd(), to: target) } == .outputExists(path: path))
      #expect(try bytes(of: path) == before)
      try save(try Golden.odd(), to: target, overwrite: true)
      #expect(try bytes(of: path) == bytes(of: Golden.directory + "/odd_names.safetensors"))
      #expect(try listing(directory).count == 1)
    }
  }

  @Test("An output to be replaced stays whole until the commit")
  func overwriteIsLate() throws {
    try withDirectory { directory in
      try save(try Golden.layers(), to: directory, maxShardSize: 48)
      let writer = try SafetensorsWriter(
        try Golden.odd().manifest, to: directory, runID: "2", overwrite: true)
      try writer.create()
      try fill(writer, with: try Golden.odd())
      try expectSame(try Checkpoint.open(directory), try Golden.layers())
      writer.discard()
      try expectSame(try Checkpoint.open(directory), try Golden.layers())
      #expect(try listing(directory) == listing(Golden.directory + "/sharded"))
    }
  }

  @Test("Files of an earlier output never stay beside the new one")
  func superseded() throws {
    try withDirectory { directory in
      for size in [48, 1 << 20, 16, 48, 48] {
        try save(try Golden.layers(), to: directory, maxShardSize: size, overwrite: true)
        try expectSame(try Checkpoint.open(directory), try Golden.layers())
        let files = try Checkpoint.open(directory).files.count
        #expect(try listing(directory).count == files + (files > 1 ? 1 : 0))
      }
    }
  }

  @Test("A temporary file of the wrong size is not committed")
  func wrongSize() throws {
    try withDirectory { directory in
      let model = try Golden.layers()
      let writer = try SafetensorsWriter(model.manifest, to: directory, runID: "r")
      try writer.create()
      try fill(writer, with: model)
      let temporary = directory + "/.model.safetensors.tmp"
      let size = writer.layout.shards[0].size
      #expect(truncate(temporary, off_t(size - 1)) == 0)
      #expect(
        failure { try writer.commit() }
          == .wrongFileSize(path: temporary, expected: size, found: size - 1))
      writer.discard()
      #expect(try listing(directory) == [])
    }
  }

  @Test("Outputs have the mode that the umask leaves")
  func mode() throws {
    try withDirectory { directory in
      try save(try Golden.layers(), to: directory + "/m", maxShardSize: 48)
      try AtomicFile.write("{}", to: directory + "/m/report.json")
      let mask = umask(0)
      umask(mask)
      for name in try listing(directory + "/m") {
        var status = stat()
        #expect(stat(directory + "/m/" + name, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o666 & ~mask, "\(name)")
      }
    }
  }

  @Test("A target that cannot be a directory or a file is refused and left alone")
  func badTargets() throws {
    try withDirectory { directory in
      try put("x", at: directory + "/file")
      let manifest = try Golden.layers().manifest
      let below = try SafetensorsWriter(manifest, to: directory + "/file/out", runID: "r")
      #expect(
        failure { try below.create() }
          == .system(
            operation: "create a directory here", path: directory + "/file", errno: ENOTDIR))
      let folder = directory + "/m.safetensors"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let onto = try SafetensorsWriter(manifest, to: folder, runID: "r", overwrite: true)
      #expect(
        failure { try onto.create() } == .notRegularFile(path: folder, kind: "directory"))
      #expect(try listing(directory) == ["file", "m.safetensors"])
      #expect(try listing(folder) == [])
    }
  }

  @Test("A full disk is found before any work, and nothing is left")
  func diskFull() throws {
    guard let disk = SmallDisk() else { return }
    let size = 2 << 20
    let manifest = try Manifest([try TensorInfo(name: "w", dtype: .uint8, shape: [size])])
    let writer = try SafetensorsWriter(manifest, to: disk.path + "/out", runID: "r")
    let error = failure { try writer.create() }
    guard case .noSpace(_, let needed, let free) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(needed == writer.layout.byteCount)
    #expect(free <= 1 << 20)
    #expect(try listing(disk.path) == [])
  }

  @Test("Write-back starts for runs of several mebibytes, whoever wrote their parts")
  func writeBehind() {
    var runs = WriteBehind()
    let step = WriteBehind.step
    #expect(runs.add(0..<step, of: 0) == 0..<step)
    #expect(runs.add(0..<step / 2, of: 1) == nil)
    #expect(runs.add(step..<step + 8, of: 1) == nil)
    #expect(runs.add(step / 2..<step, of: 0) == nil)
    #expect(runs.add(step / 2..<step, of: 1) == 0..<step + 8)
    #expect(runs.add(step + 8..<2 * step - 1, of: 1) == nil)
    #expect(runs.add(2 * step - 1..<2 * step + 9, of: 1) == step + 8..<2 * step + 9)
  }

  @Test("Write-back starts in whatever order the parts of a run come")
  func writeBehindInAnyOrder() {
    let part = WriteBehind.step / 4
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [1, 3, 0, 2], [0, 3, 2, 1]] {
      var runs = WriteBehind()
      let due = order.map { runs.add($0 * part..<($0 + 1) * part, of: 0) }
      #expect(due.dropLast().allSatisfy { $0 == nil })
      #expect(due.last == 0..<WriteBehind.step, "\(order)")
    }
  }
}

/// A file system of 1 MiB, unmounted at the end; nil where the test may not mount one.
final class SmallDisk {
  let path: String

  init?() {
    path = FileManager.default.temporaryDirectory.appending(path: "disk-\(UUID().uuidString)")
      .path(percentEncoded: false)
    guard mkdir(path, 0o700) == 0 else { return nil }
    guard mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else {
      rmdir(path)
      return nil
    }
  }

  deinit {
    umount(path)
    rmdir(path)
  }
}
