import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct RunFolderTests {
  private let dummy = ["modelpool.models={_pretrained_: base, a: ft1}", "method=simple_average"]

  private func logs(_ folder: TemporaryFolder) -> [String] {
    folder.files().filter { $0.hasSuffix("/fusion_bench.log") }
  }

  @Test(
    "the log of a run is in its folder, with the configuration and every line", arguments: [0, 2])
  func logFile(_ ranks: Int) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let run = try CommandRun(
      dummy + ["merged_model_save_path=out"], ranks: ranks, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let files = logs(folder)
    #expect(files.count == 1)
    let log = String(decoding: try folder.bytes(try #require(files.first)), as: UTF8.self)
    #expect(log.hasPrefix("CONFIG\n├── method\n│   └── _target_: fusion_bench.method."))
    #expect(log.contains("[fusion_bench][INFO] - saved out ("))
    #expect(run.errors.contains("fusion_bench: saved out ("))
    let order = ["├── method\n", "├── modelpool\n", "├── taskpool\n", "\n└── "]
    let places = order.compactMap { log.range(of: $0)?.lowerBound }
    #expect(places.count == order.count && places == places.sorted())
  }

  @Test("job_logging says where messages go", arguments: ["none", "disabled", "stdout", "default"])
  func jobLogging(_ option: String) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let run = try CommandRun(
      dummy + ["merged_model_save_path=out", "hydra/job_logging=\(option)", "print_config=false"],
      in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(logs(folder).count == (option == "default" ? 1 : 0))
    let isSilent = ["none", "disabled"].contains(option)
    #expect(run.errors.contains("fusion_bench: saved out") == !isSilent)
    #expect(!run.output.contains("saved out"))
    // The line that scripts look at is always there.
    let failed = try CommandRun(
      dummy + ["merged_model_save_path=out", "hydra/job_logging=\(option)", "print_config=false"],
      in: folder.url)
    #expect(failed.status == 1 && failed.lastErrorLine.contains("output exists"))
  }

  @Test("a job's variables and working folder are as hydra.job says", arguments: [0, 2])
  func surroundings(_ ranks: Int) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let base = folder.url.path
    let run = try CommandRun(
      [
        "modelpool.models={_pretrained_: \(base)/base, a: \(base)/ft1}", "method=simple_average",
        "hydra.run.dir=run", "hydra.job.chdir=true", "+hydra.job.env_set.OUT_NAME=made",
        "merged_model_save_path=${oc.env:OUT_NAME}",
      ], ranks: ranks, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.files().contains("run/made/model.safetensors"))
    let missing = try CommandRun(dummy + ["+hydra.job.env_set.A=???"], ranks: ranks, in: folder.url)
    #expect(missing.status == 2)
    #expect(missing.lastErrorLine.contains("Missing mandatory value: hydra.job.env_set.A"))
  }

  @Test("what jobs of a sweep cannot have each for itself is refused")
  func sweepSurroundings() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    for (key, value) in [("chdir", "true"), ("env_set", "{A: 1},{A: 2}")] {
      let run = try CommandRun(
        dummy + ["hydra.job.\(key)=\(value)", "hydra.mode=MULTIRUN"], in: folder.url)
      #expect(run.status == 2)
      #expect(run.lastErrorLine.contains("hydra.job.\(key.prefix { $0 != "." })"))
    }
  }

  @Test("runs that start in the same second do not share a folder")
  func sameSecond() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    // Six runs at once, within two seconds or so: some of them within the same one.
    let script = folder.url.appendingPathComponent("six.sh")
    try Data(
      """
      #!/bin/sh
      for i in 1 2 3 4 5 6; do "\(CommandRun.executable.path)" "$@" seed=$i & done
      wait
      """.utf8
    ).write(to: script)
    let run = try CommandRun(
      dummy + ["print_config=false"], in: folder.url, program: ["sh", script.path])
    #expect(run.status == 0, "\(run.errors)")
    #expect(logs(folder).count == 6)
    let records = folder.files().filter { $0.hasSuffix("/overrides.yaml") }
    let seeds = try records.map { name in
      let text = String(decoding: try folder.bytes(name), as: UTF8.self)
      return text.split(separator: "\n").first { $0.contains("seed=") }.map(String.init) ?? ""
    }
    #expect(Set(seeds).count == 6 && !seeds.contains(""))
    let reports = folder.files().filter { $0.hasSuffix("/program_report.json") }
    #expect(reports.count == 6)
  }

  @Test(
    "a folder that the user names is used as it is", arguments: ["hydra.run.dir", "path.log_dir"])
  func givenFolder(_ key: String) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    for _ in 0..<2 {
      let run = try CommandRun(
        dummy + ["\(key)=mine", "print_config=false"], in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(logs(folder) == ["mine/fusion_bench.log"])
    #expect(folder.exists("mine/config.yaml") && !folder.exists("mine-2"))
  }

  @Test(
    "a configuration of FusionBench 0.1 runs, and one line shows the new spelling",
    arguments: [0, 2])
  func legacy(_ ranks: Int) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let config = folder.url.appendingPathComponent("old")
    try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
    try Data(
      """
      method: {name: task_arithmetic, scaling_factor: 0.3}
      modelpool:
        type: AutoModelPool
        models:
          - {name: _pretrained_, path: base}
          - {name: a, path: ft1}
          - {name: b, path: ft2}
      taskpool: {type: dummy}
      _target_: fusion_bench.programs.FabricModelFusionProgram
      _recursive_: false
      merged_model_save_path: out
      report_save_path: null
      hydra: {run: {dir: log}}
      """.utf8
    ).write(to: config.appendingPathComponent("v01.yaml"))
    let run = try CommandRun(
      ["--config-path", config.path, "--config-name", "v01"], ranks: ranks, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.errors.split(separator: "\n").filter { $0.contains("deprecated") }
    #expect(lines.count == 3, "\(run.errors)")
    let new = try CommandRun(
      [
        "method=task_arithmetic", "modelpool.models={_pretrained_: base, a: ft1, b: ft2}",
        "merged_model_save_path=new",
      ], in: folder.url)
    #expect(new.status == 0, "\(new.errors)")
    #expect(
      try folder.bytes("out/model.safetensors") == folder.bytes("new/model.safetensors"))
  }
}
