import Checkpoints
import Foundation
import Tensors
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct SplitTests {
  private static let models = "modelpool.models={_pretrained_: base, a: ft1, b: ft2, c: ft3}"

  /// Runs every case of `SameBytesTests` in one sweep.
  private func sweep(_ options: [String], to out: String, ranks: Int, in folder: URL) throws {
    let run = try CommandRun(
      [
        "-m", "--config-dir", "options", "+case=glob(*)", "print_config=false",
        "merged_model_save_path='{log_dir}/m'", "hydra.sweep.dir=\(out)",
      ] + options, ranks: ranks, in: folder, seconds: 240)
    try #require(run.status == 0, "\(ranks) ranks: \(run.errors)")
  }

  @Test("a rank that reads whole models writes the bytes that one which reads slices does")
  func splitDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .bfloat16)
    try TinyModels.writeLanguageModels(to: folder.url, dtype: .bfloat16)
    let options = folder.url.appendingPathComponent("options/case")
    try FileManager.default.createDirectory(at: options, withIntermediateDirectories: true)
    for (number, one) in SameBytesTests.cases.enumerated() {
      let name = "c\(number < 10 ? "0" : "")\(number).yaml"
      try Data(one.yaml.utf8).write(to: options.appendingPathComponent(name))
    }
    try sweep([], to: "layer", ranks: 0, in: folder.url)
    for (ranks, options) in [
      (1, []), (2, ["fabric.threads=2"]), (3, ["fabric.memory=16MiB"]), (4, ["fabric.io=mmap"]),
    ] {
      try sweep(
        ["fabric.split=model"] + options, to: "model\(ranks)", ranks: ranks, in: folder.url)
      for (number, one) in SameBytesTests.cases.enumerated() {
        let isSame =
          try folder.bytes(one.weights(of: "model\(ranks)/\(number)"))
          == folder.bytes(one.weights(of: "layer/\(number)"))
        #expect(isSame, "\(one.method), \(ranks) ranks")
        #expect(folder.exists(one.configuration(of: "model\(ranks)/\(number)")))
      }
    }
    let manifest = try String(
      decoding: folder.bytes("model2/0/m/merge_manifest.json"), as: UTF8.self)
    #expect(manifest.contains("\"split\": \"model\""), "\(manifest)")
    #expect(!manifest.contains("\"exchanged_bytes\": null"), "\(manifest)")
  }

  @Test("jobs of a sweep that are merged together read as much, and write the same")
  func sweeps() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    var told: [String] = []
    for split in ["layer", "model", "auto"] {
      let run = try CommandRun(
        [
          "-m", "method=ties_merging", "method.scaling_factor=0.1,0.2,0.3", Self.models,
          "print_config=false", "merged_model_save_path='{log_dir}/m'", "fabric.split=\(split)",
          "hydra.sweep.dir=\(split)",
        ], ranks: 2, in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
      let line = run.errors.split(separator: "\n").first { $0.contains("were merged together") }
      told.append(line.map(String.init) ?? "none")
      for job in 0..<3 {
        let isSame =
          try folder.bytes("\(split)/\(job)/m/model.safetensors")
          == folder.bytes("layer/\(job)/m/model.safetensors")
        #expect(isSame, "job \(job) with split=\(split)")
      }
    }
    #expect(Set(told).count == 1 && told[0].contains("3 jobs"), "\(told)")
  }

  @Test("one tensor under two names is one in the merged model, whoever reads the models")
  func tiedNames() throws {
    let folder = try TemporaryFolder()
    try TinyModels.writeTiedLanguageModels(to: folder.url, dtype: .float32)
    func run(_ out: String, ranks: Int, _ split: String) throws {
      let run = try CommandRun(
        [
          "method=ties_merging", "modelpool=state_dict", "print_config=false",
          "modelpool.models={_pretrained_: tied0, a: tied1, b: tied2}",
          "merged_model_save_path=\(out)", "fabric.split=\(split)",
        ], ranks: ranks, in: folder.url)
      try #require(run.status == 0, "\(ranks) ranks: \(run.errors)")
    }
    try run("whole", ranks: 0, "layer")
    for ranks in [2, 3] {
      try run("model\(ranks)", ranks: ranks, "model")
      for file in ["model.safetensors", "config.json"] {
        #expect(try folder.bytes("model\(ranks)/\(file)") == folder.bytes("whole/\(file)"))
      }
    }
    let merged = try Checkpoint.open(folder.url.appendingPathComponent("whole").path)
    let embeddings = try ["lm_head.weight", "model.embed_tokens.weight"].map { name in
      let position = try #require(merged.manifest.position(of: TensorName(name)))
      var bytes = [UInt8](repeating: 0, count: 30 * 16 * 4)
      try bytes.withUnsafeMutableBytes {
        try merged.read(Slice(tensor: position, elements: 0..<30 * 16), into: $0)
      }
      return bytes
    }
    #expect(embeddings[0] == embeddings[1])
  }

  /// Gives every model to one rank alone: rank r starts in the folder `r`, and model m is in the
  /// folder of rank m mod `ranks`.
  private func deal(_ folder: TemporaryFolder, among ranks: Int) throws -> [String] {
    let manager = FileManager.default
    for rank in 0..<ranks {
      try manager.createDirectory(
        at: folder.url.appendingPathComponent("\(rank)"), withIntermediateDirectories: true)
    }
    // The base is not rank 0's, so that its configuration has to travel.
    for (number, name) in ["ft3", "base", "ft1", "ft2"].enumerated() {
      try manager.moveItem(
        at: folder.url.appendingPathComponent(name),
        to: folder.url.appendingPathComponent("\(number % ranks)/\(name)"))
    }
    return [
      "/bin/sh", "-c", "cd \"$OMPI_COMM_WORLD_RANK\" && exec \"$@\"", "sh",
      CommandRun.executable.path,
    ]
  }

  @Test(
    "models that one rank alone sees are merged to the same bytes",
    arguments: [
      ["method=ties_merging"], ["method=task_arithmetic"], ["method=dare/ties_merging", "seed=3"],
      ["method=model_recombination", "seed=3"], ["method=emr_merging/emr_merging"],
      ["method=opcm/opcm", "seed=7"], ["method=model_stock/model_stock"],
    ])
  func disjointFolders(_ method: [String]) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    try Data("{\"version\": \"1.0\"}".utf8).write(
      to: folder.url.appendingPathComponent("base/tokenizer.json"))
    let options = method + [Self.models, "modelpool=state_dict", "print_config=false"]
    let whole = try CommandRun(
      options + ["merged_model_save_path=whole"], in: folder.url)
    try #require(whole.status == 0, "\(whole.errors)")
    for ranks in [2, 3] {
      let dealt = try TemporaryFolder()
      try TinyModels.write(to: dealt.url, dtype: .float32)
      try Data("{\"version\": \"1.0\"}".utf8).write(
        to: dealt.url.appendingPathComponent("base/tokenizer.json"))
      let program = try deal(dealt, among: ranks)
      let out = dealt.url.appendingPathComponent("out").path
      let run = try CommandRun(
        options + [
          "merged_model_save_path=\(out)", "fabric.split=auto",
          "hydra.run.dir=\(dealt.url.path)/run",
        ], ranks: ranks, in: dealt.url, program: program)
      try #require(run.status == 0, "\(ranks) ranks: \(run.errors)")
      let files = folder.files().filter { file in
        file.hasPrefix("whole/") && !file.contains("manifest")
          && [".safetensors", ".json"].contains { file.hasSuffix($0) }
      }
      #expect(files.contains { $0.hasSuffix("tokenizer.json") })
      for file in files {
        let isSame =
          try folder.bytes(file)
          == dealt.bytes(file.replacingOccurrences(of: "whole/", with: "out/"))
        #expect(isSame, "\(file), \(ranks) ranks")
      }
    }
  }

  @Test("without a rank that sees a model, and with a file that is none, all ranks end with a line")
  func errors() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let program = try deal(folder, among: 2)
    func run(_ models: String) throws -> CommandRun {
      try CommandRun(
        [
          "method=ties_merging", "modelpool.models=\(models)", "fabric.split=model",
          "print_config=false", "merged_model_save_path=\(folder.url.path)/out",
          "hydra.run.dir=\(folder.url.path)/run",
        ], ranks: 2, in: folder.url, program: program)
    }
    let unseen = try run("{_pretrained_: base, a: ft1, b: nowhere}")
    #expect(unseen.status == 1)
    #expect(
      unseen.lastErrorLine.contains("model 'b': none of the 2 ranks sees a checkpoint at nowhere"),
      "\(unseen.errors)")

    let broken = folder.url.appendingPathComponent("1/ft2/model.safetensors")
    try Data("no header".utf8).write(to: broken)
    let invalid = try run("{_pretrained_: base, a: ft1, b: ft2}")
    #expect(invalid.status == 1)
    #expect(invalid.lastErrorLine.contains("ft2/model.safetensors"), "\(invalid.errors)")
    #expect(!folder.exists("out/model.safetensors"))
    // What is not asked for is not opened.
    let unused = try run("{_pretrained_: base, a: ft1, _other_: ft2}")
    #expect(unused.status == 0, "\(unused.errors)")
  }

  @Test("an output of one split is complete for the other, too")
  func resumes() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let options = [
      "method=ties_merging", Self.models, "print_config=false", "fabric.split=model",
    ]
    let whole = try CommandRun(options + ["merged_model_save_path=whole"], in: folder.url)
    #expect(whole.status == 0, "\(whole.errors)")
    for split in ["model", "layer"] {
      let run = try CommandRun(
        options + ["merged_model_save_path=out", "resume=true", "fabric.split=\(split)"], ranks: 2,
        in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      // Sizes and times are those that each reader sees: the plan is the same for both.
      if split == "layer" { #expect(run.errors.contains("is complete"), "\(run.errors)") }
      #expect(
        try folder.bytes("out/model.safetensors") == folder.bytes("whole/model.safetensors"))
    }
  }
}
