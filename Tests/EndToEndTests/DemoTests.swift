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

    /// SHA-256 of the bytes of all tensors in the order of their names.
    private static func digest(_ path: String) throws -> String {
      let model = try Checkpoint.open(path)
      var bytes: [UInt8] = []
      for info in model.manifest.tensors.sorted(by: { $0.name < $1.name }) {
        try model.tensor(info.name).withBytes { bytes += $0 }
      }
      return bytes.withUnsafeBytes { Digest.sha256(of: $0) }
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
