import Checkpoints
import Foundation
import Tensors
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct ResumeTests {
  private static let merge = [
    "method=task_arithmetic", "modelpool.models={_pretrained_: base, a: ft1, b: ft2}",
    "merged_model_save_path=out", "print_config=false", "taskpool=dummy", "report_save_path=null",
  ]

  /// Models that take a moment to merge.
  private func writeModels(to folder: URL) throws {
    for (seed, name) in ["base", "ft1", "ft2"].enumerated() {
      let count = 3_000_000
      var bytes = [UInt8](repeating: 0, count: count * 2)
      for i in stride(from: 0, to: bytes.count, by: 2) {
        bytes[i] = UInt8(truncatingIfNeeded: i &* 31 &+ seed &* 7)
        bytes[i + 1] = 0x3C
      }
      let info = try TensorInfo(name: "weight", dtype: .bfloat16, shape: [count / 1000, 1000])
      try TinyModels.save([try Tensor(info, bytes: bytes)], to: folder.appendingPathComponent(name))
    }
  }

  @Test("a complete output with NaN is no result where values must be finite", arguments: [0, 2])
  func completeNotFinite(_ ranks: Int) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let values = [Float.nan.bitPattern, Float(1).bitPattern].flatMap { bits in
      withUnsafeBytes(of: bits.littleEndian) { Array($0) }
    }
    let info = try TensorInfo(name: "w", dtype: .float32, shape: [2])
    for name in ["base", "ft1", "ft2"] {
      try TinyModels.save(
        [try Tensor(info, bytes: values)], to: folder.url.appendingPathComponent(name))
    }
    let first = try CommandRun(Self.merge + ["resume=true"], ranks: ranks, in: folder.url)
    #expect(first.status == 0, "\(first.errors)")
    let again = try CommandRun(
      Self.merge + ["resume=true", "strict_finite=true"], ranks: ranks, in: folder.url)
    #expect(again.status == 1)
    #expect(again.lastErrorLine.contains("output out is complete, but 1 values of its tensor 'w'"))
  }

  private func hidden(_ folder: TemporaryFolder) -> [String] {
    folder.files().filter { $0.hasPrefix("out/.") }
  }

  @Test(
    "a rank killed at any moment leaves nothing half done, and the run that resumes is the same",
    arguments: ["layer", "model"])
  func kills(_ split: String) throws {
    let folder = try TemporaryFolder()
    try writeModels(to: folder.url)
    let plain = try CommandRun(
      Self.merge + ["merged_model_save_path=plain"], ranks: 2, in: folder.url)
    try #require(plain.status == 0, "\(plain.errors)")
    let expected = try folder.bytes("plain/model.safetensors")
    for (number, delay) in [0.15, 0.3, 0.45, 0.7, 1.0].enumerated() {
      let script = folder.url.appendingPathComponent("dying.sh")
      try Data(
        """
        #!/bin/sh
        "\(CommandRun.executable.path)" "$@" &
        if [ "$OMPI_COMM_WORLD_RANK" = \(number % 3) ]; then sleep \(delay); kill -9 $!; fi
        wait $!
        """.utf8
      ).write(to: script)
      let run = try CommandRun(
        Self.merge + ["resume=true", "fabric.split=\(split)"], ranks: 3, in: folder.url,
        program: ["sh", script.path])
      #expect(run.status != 124, "\(run.errors)")
      if folder.exists("out/model.safetensors") {
        #expect(try folder.bytes("out/model.safetensors") == expected)
      }
      let again = try CommandRun(
        Self.merge + ["resume=true"], ranks: number % 4, in: folder.url)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try folder.bytes("out/model.safetensors") == expected)
      #expect(hidden(folder) == [])
      try FileManager.default.removeItem(at: folder.url.appendingPathComponent("out"))
    }
  }

  @Test("signals end the command at once, with one line and status 1", arguments: ["TERM", "INT"])
  func signals(_ signal: String) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    // While this test holds the output's lock the command waits for it.
    let manifest = try Manifest([try TensorInfo(name: "w", dtype: .uint8, shape: [8])])
    let other = try SafetensorsWriter(
      manifest, to: folder.url.appendingPathComponent("out").path, runID: "other")
    try other.create()
    defer { other.discard() }
    let started = ContinuousClock.now
    let command = CommandRun.executable.path
    let run = try CommandRun(
      ["-c", "\"$0\" \"$@\" & sleep 1.5; kill -\(signal) $!; wait $!", command] + Self.merge
        + ["resume=true"],
      in: folder.url, program: ["sh"])
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.lastErrorLine.contains("interrupted by SIG\(signal)"), "\(run.errors)")
    #expect(started.duration(to: .now) < .seconds(15))
    #expect(!folder.exists("out/model.safetensors"))
  }

  @Test("a full and a read-only disk are one line and leave nothing", arguments: ["full", "ro"])
  func disks(_ kind: String) throws {
    let folder = try TemporaryFolder()
    try writeModels(to: folder.url)
    let disk = folder.url.appendingPathComponent("disk")
    try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
    // Only root may mount.
    let flags = kind == "ro" ? UInt(MS_RDONLY) : 0
    guard mount("tmpfs", disk.path, "tmpfs", flags, "size=1m") == 0 else { return }
    defer { umount(disk.path) }
    for ranks in [0, 2] {
      let run = try CommandRun(
        Self.merge + ["merged_model_save_path=disk/out"], ranks: ranks, in: folder.url)
      #expect(run.status == 1, "\(run.errors)")
      #expect(
        run.lastErrorLine.contains(kind == "ro" ? "Read-only file system" : "no space left"),
        "\(run.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
    }
  }

  @Test("a limit of file sizes is one line and leaves nothing")
  func fileSizeLimit() throws {
    let folder = try TemporaryFolder()
    try writeModels(to: folder.url)
    // In units of 512 bytes: less than the output, more than logs.
    let run = try CommandRun(
      ["-c", "ulimit -f 2000; exec \"$0\" \"$@\"", CommandRun.executable.path] + Self.merge,
      in: folder.url, program: ["sh"])
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.lastErrorLine.contains("(ulimit -f)"), "\(run.errors)")
    #expect(!folder.exists("out/model.safetensors") && hidden(folder) == [])
  }

  @Test("verify, inspect and diff keep the contract's statuses", arguments: [0, 2])
  func subcommands(_ ranks: Int) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    func run(_ arguments: String...) throws -> CommandRun {
      try CommandRun(arguments, ranks: ranks, in: folder.url)
    }
    let merged = try CommandRun(Self.merge, in: folder.url)
    try #require(merged.status == 0, "\(merged.errors)")
    let good = try run("verify", "out")
    #expect(good.status == 0 && good.output.hasPrefix("out: 1 files"), "\(good.errors)")
    let table = try run("inspect", "ft1")
    #expect(table.status == 0 && table.output.contains("layers.0.weight"), "\(table.errors)")
    #expect(try run("inspect", "ft1", "--json").output.contains("\"non_finite\": 0"))
    #expect(try run("diff", "ft1", "ft1", "--exit-code").status == 0)
    let differ = try run("diff", "ft1", "ft2", "--exit-code")
    #expect(differ.status == 1 && differ.output.contains("conv.weight"), "\(differ.errors)")
    #expect(try run("diff", "ft1", "ft2").status == 0)
    #expect(try run("diff", "ft1").status == 2)
    let typo = try run("inspect", "ft1", "--jsn")
    #expect(typo.status == 2 && typo.lastErrorLine.contains("did you mean '--json'"))
    #expect(try run("verify", "--help").output.hasPrefix("usage: fusion_bench verify"))
    var bytes = try folder.bytes("out/model.safetensors")
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: folder.url.appendingPathComponent("out/model.safetensors"))
    let bad = try run("verify", "out")
    #expect(bad.status == 1 && bad.lastErrorLine.contains("xxh128 is"), "\(bad.errors)")
    #expect(try run("verify", "ft1").status == 1)
  }

  @Test(
    "the manifest has the checksum that is asked for",
    arguments: [("", "xxh128"), (",checksum: sha256", "sha256")])
  func checksums(_ options: String, _ kind: String) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let merged = try CommandRun(
      Self.merge + ["merged_model_save_kwargs={max_shard_size: 5GB\(options)}"], ranks: 2,
      in: folder.url)
    try #require(merged.status == 0, "\(merged.errors)")
    let weights = folder.url.appendingPathComponent("out/model.safetensors")
    let sum = try FileChecksum(#require(ChecksumKind(rawValue: kind)), of: weights.path)
    let manifest = try String(decoding: folder.bytes("out/merge_manifest.json"), as: UTF8.self)
    #expect(manifest.contains("\"\(kind)\": \"\(sum.digits)\""))
    #expect(try CommandRun(["verify", "out"], in: folder.url).status == 0)
    let typo = try CommandRun(
      Self.merge + ["merged_model_save_kwargs.checksum=md5"], in: folder.url)
    #expect(typo.status == 2)
    #expect(typo.lastErrorLine.contains("merged_model_save_kwargs.checksum"), "\(typo.errors)")
    #expect(typo.lastErrorLine.contains("sha256, xxh128"), "\(typo.errors)")
  }
}
