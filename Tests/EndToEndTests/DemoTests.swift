import Checkpoints
import Foundation
import Testing

#if FUSION_BENCH_LIBTORCH
  /// The shipped models, merged over ranks and evaluated, against PyTorch's accuracies.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct DemoTests {
    private static let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let tasks = ["fashion_mnist", "mnist", "digits", "letters"]

    @Test(
      "merged demo models score as in PyTorch",
      arguments: [
        (["method=ties_merging", "method.scaling_factor=0.8"], "ties_merging 0.8"),
        (["method=task_arithmetic"], "task_arithmetic 0.3"),
        (["method=simple_average"], "simple_average"),
      ], [0, 2, 3])
    func merged(_ method: ([String], String), _ ranks: Int) throws {
      let folder = try TemporaryFolder()
      let run = try CommandRun(
        method.0 + [
          "modelpool=demo", "taskpool=demo", "path.root_dir=\(Self.root.path)",
          "path.log_dir=log", "merged_model_save_path=out", "print_config=false",
        ], ranks: ranks, in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
      let report = try Self.json(try folder.bytes("log/program_report.json"))
      let printed = try Self.json(Data(run.output.utf8))
      #expect(NSDictionary(dictionary: report) == NSDictionary(dictionary: printed))
      #expect(Array(report.keys).sorted() == (Self.tasks + ["average", "model_info"]).sorted())
      let expected = try Self.scores(method.1)
      #expect(
        try Self.digest(folder.url.appendingPathComponent("out").path) == expected["sha256"]
          as? String)
      for task in Self.tasks {
        let found = try #require(report[task] as? [String: Double])
        let wanted = try #require(expected[task] as? [String: Any])
        #expect(
          Float(found["accuracy"] ?? 0) == (wanted["accuracy"] as? NSNumber)?.floatValue, "\(task)")
        let loss = try #require((wanted["loss"] as? NSNumber)?.doubleValue)
        #expect(abs((found["loss"] ?? 0) - loss) < 1e-4 * max(loss, 1), "\(task)")
      }
    }

    @Test(
      "ensembles of the demo models score as FusionBench's, saved or not",
      arguments: [
        (["method=ensemble/simple_ensemble"], "simple_ensemble", true),
        (
          ["method=ensemble/weighted_ensemble", "method.weights=[0.1,0.2,0.3,0.6]"],
          "weighted_ensemble", false
        ), (["method=ensemble/max_model_predictor"], "max_model_predictor", false),
      ])
    func ensembles(_ method: [String], _ name: String, _ isSaved: Bool) throws {
      let folder = try TemporaryFolder()
      let run = try CommandRun(
        method + [
          "modelpool=demo", "taskpool=demo", "path.root_dir=\(Self.root.path)",
          "path.log_dir=log", "print_config=false",
        ] + (isSaved ? ["merged_model_save_path=out"] : []), ranks: 2, in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
      let report = try Self.json(try folder.bytes("log/program_report.json"))
      let info = try #require(report["model_info"] as? [String: Any])
      #expect(info["all_params"] as? Int == 4 * 814_720)
      let goldens = try Self.json(
        Data(
          contentsOf: Self.root.appendingPathComponent(
            "Tests/Goldens/networks/demo/ensembles.json")))
      let models = try #require(goldens["models"] as? [String])
      let expected = try #require(goldens[name] as? [String: Any])
      for task in Self.tasks {
        let found = try #require(report[task] as? [String: Double])
        let wanted = try #require(expected[task] as? [String: Any])
        #expect(
          Float(found["accuracy"] ?? 0) == (wanted["accuracy"] as? NSNumber)?.floatValue, "\(task)")
        let loss = try #require((wanted["loss"] as? NSNumber)?.doubleValue)
        #expect(abs((found["loss"] ?? 0) - loss) < 1e-4 * max(loss, 1), "\(task)")
      }
      guard isSaved else { return }
      let saved = try Self.json(try folder.bytes("out/ensemble.json"))
      #expect(saved["combination"] as? String == "mean" && saved["members"] as? [String] == models)
    }

    @Test("adaptive fusion finds the same weights on any number of ranks, and they are better")
    func adaptive() throws {
      let folder = try TemporaryFolder()
      func run(_ ranks: Int, _ steps: Int) throws -> [String: Any] {
        let run = try CommandRun(
          [
            "method=adaptive", "method.adaptation_steps=\(steps)", "method.population=4",
            "fast_dev_run=true", "modelpool=demo", "taskpool=demo",
            "path.root_dir=\(Self.root.path)", "path.log_dir=log\(ranks)", "print_config=false",
          ], ranks: ranks, in: folder.url, seconds: 240)
        try #require(run.status == 0, "\(run.errors)")
        let report = try Self.json(try folder.bytes("log\(ranks)/program_report.json"))
        let adaptation = try #require(report["adaptation"] as? [String: Any])
        let saved = try Self.json(try folder.bytes("log\(ranks)/adaptive_weights.json"))
        #expect(NSDictionary(dictionary: saved) == NSDictionary(dictionary: adaptation))
        return adaptation
      }
      let start = try run(1, 0)
      let alone = try run(0, 2)
      #expect(NSDictionary(dictionary: try run(3, 2)) == NSDictionary(dictionary: alone))
      let accuracies = try [start, alone].map { try #require($0["accuracy"] as? Double) }
      #expect(accuracies[1] >= accuracies[0])
    }

    @Test("a SMILE model scores as FusionBench's, also when it is read from where it was saved")
    func smile() throws {
      let folder = try TemporaryFolder()
      let common = ["taskpool=demo", "path.root_dir=\(Self.root.path)", "print_config=false"]
      let runs = [
        [
          "method=smile_upscaling/smile_upscaling", "method.gate_k=4", "method.k=16",
          "modelpool=demo", "path.log_dir=log0", "merged_model_save_path=out",
          "merged_model_save_kwargs.dtype=float32",
        ],
        ["method=dummy", "modelpool.models={_pretrained_: out}", "path.log_dir=log1"],
      ]
      let golden = try Self.json(
        Data(
          contentsOf: Self.root.appendingPathComponent("Tests/Goldens/networks/demo/smile.json")))
      for (number, arguments) in runs.enumerated() {
        let run = try CommandRun(arguments + common, ranks: 2 - 2 * number, in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
        let report = try Self.json(try folder.bytes("log\(number)/program_report.json"))
        for task in Self.tasks {
          let found = try #require(report[task] as? [String: Double])
          let wanted = try #require(golden[task] as? [String: Any])
          let accuracy = try #require((wanted["accuracy"] as? NSNumber)?.doubleValue)
          // One image may fall to the other side where two experts are about as near.
          #expect(abs((found["accuracy"] ?? 0) - accuracy) < 0.0035, "\(task)")
          let loss = try #require((wanted["loss"] as? NSNumber)?.doubleValue)
          #expect(abs((found["loss"] ?? 0) - loss) < 2e-3, "\(task)")
        }
      }
    }

    @Test("every step of a sequence is saved and evaluated on the tasks so far")
    func steps() throws {
      let folder = try TemporaryFolder()
      let run = try CommandRun(
        [
          "method=opcm/task_arithmetic", "method.shuffle_order=false", "fast_dev_run=true",
          "modelpool=demo", "taskpool=demo", "path.root_dir=\(Self.root.path)", "path.log_dir=log",
          "merged_model_save_path=out", "print_config=false",
        ], ranks: 2, in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
      for step in 0..<4 {
        let report = try Self.json(try folder.bytes("log/report_\(step).json"))
        let tasks = Self.tasks.prefix(step + 1)
        #expect(report.keys.sorted() == (tasks + ["average", "model_info"]).sorted())
      }
      #expect(
        try folder.bytes("out/checkpoints/merged_model_3/model.safetensors")
          == folder.bytes("out/model.safetensors"))
      #expect(folder.exists("out/checkpoints/merged_model_0/config.json"))
    }

    @Test("adaptive jobs of a sweep find what single runs find, on any number of ranks")
    func adaptiveSweep() throws {
      let folder = try TemporaryFolder()
      let common = [
        "method=adaptive", "method.adaptation_steps=1", "method.population=4", "fast_dev_run=true",
        "modelpool=demo", "taskpool=demo", "path.root_dir=\(Self.root.path)", "print_config=false",
      ]
      for ranks in [0, 3] {
        let run = try CommandRun(
          ["-m", "method.step_size=0.05,0.2", "hydra.sweep.dir=sweep\(ranks)"] + common,
          ranks: ranks, in: folder.url, seconds: 240)
        try #require(run.status == 0, "\(run.errors)")
      }
      for (job, size) in ["0.05", "0.2"].enumerated() {
        let run = try CommandRun(
          ["method.step_size=\(size)", "path.log_dir=log\(job)"] + common, in: folder.url,
          seconds: 240)
        try #require(run.status == 0, "\(run.errors)")
        let expected = try folder.bytes("log\(job)/adaptive_weights.json")
        for ranks in [0, 3] {
          #expect(try folder.bytes("sweep\(ranks)/\(job)/adaptive_weights.json") == expected)
        }
      }
    }

    /// SHA-256 of the bytes of all tensors in the order of their names.
    private static func digest(_ path: String) throws -> String {
      let model = try Checkpoint.open(path)
      var bytes: [UInt8] = []
      for info in model.manifest.tensors.sorted(by: { $0.name < $1.name }) {
        try model.tensor(info.name).withBytes { bytes += $0 }
      }
      return bytes.withUnsafeBytes { FileChecksum(.sha256, of: $0).digits }
    }

    private static func json(_ data: Data) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private static func scores(_ merge: String) throws -> [String: Any] {
      let file = root.appendingPathComponent("Tests/Goldens/networks/demo/scores.json")
      let merges = try #require(try json(try Data(contentsOf: file))["merges"] as? [String: Any])
      return try #require(merges[merge] as? [String: Any])
    }
  }
#endif
