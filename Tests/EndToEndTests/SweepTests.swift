import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct SweepTests {
  private let models = "modelpool.models={_pretrained_: base, a: ft1, b: ft2, c: ft3}"

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    return folder
  }

  private func sweep(
    _ overrides: [String], into out: String, ranks: Int, in folder: TemporaryFolder
  ) throws -> CommandRun {
    try CommandRun(
      ["-m", models, "print_config=false", "taskpool.norm=true", "hydra.sweep.dir=\(out)"]
        + overrides, ranks: ranks, in: folder.url)
  }

  /// The rows of the table by job: what is swept, status, norm.
  private func rows(_ out: String, in folder: TemporaryFolder) throws -> [[String]] {
    let text = String(decoding: try folder.bytes("\(out)/sweep_results.csv"), as: UTF8.self)
    return text.split(separator: "\r\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).prefix(4).map(String.init)
    }
  }

  @Test("a sweep gives what single runs give, however ranks are grouped")
  func sameAsSingleRuns() throws {
    let folder = try folder()
    let factors = ["0.1", "0.3", "0.5"]
    for method in ["task_arithmetic", "ties_merging"] {
      var single: [Data] = []
      for factor in factors {
        let run = try CommandRun(
          [
            "method=\(method)", models, "method.scaling_factor=\(factor)", "print_config=false",
            "merged_model_save_path=\(method)-\(factor)",
          ], in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
        single.append(try folder.bytes("\(method)-\(factor)/model.safetensors"))
      }
      #expect(Set(single).count == 3)
      for (ranks, group) in [(0, "null"), (2, "null"), (2, "1"), (3, "2")] {
        let out = "\(method)-\(ranks)-\(group)"
        let run = try sweep(
          [
            "method=\(method)", "method.scaling_factor=\(factors.joined(separator: ","))",
            "sweep.ranks_per_job=\(group)", "merged_model_save_path='{log_dir}/m'",
          ], into: out, ranks: ranks, in: folder)
        try #require(run.status == 0, "\(out): \(run.errors)")
        for job in factors.indices {
          let isSame = try folder.bytes("\(out)/\(job)/m/model.safetensors") == single[job]
          #expect(isSame, "\(out), job \(job)")
        }
        #expect(try rows(out, in: folder).map { $0[1] } == factors)
        #expect(folder.exists("\(out)/sweep_results.json"))
        #expect(folder.exists("\(out)/sweep_results.svg"))
      }
    }
  }

  @Test(
    "norms of jobs that are not saved are taken in one pass, which is counted",
    arguments: [0, 1, 2, 3])
  func norms(_ ranks: Int) throws {
    let folder = try folder()
    let run = try sweep(
      ["method=task_arithmetic", "method.scaling_factor=0.1,0.3,0.5"], into: "out", ranks: ranks,
      in: folder)
    try #require(run.status == 0, "\(run.errors)")
    let line = run.errors.split(separator: "\n").first { $0.contains("were merged together") } ?? ""
    // Tensors of integers are read for each job.
    #expect(line.hasPrefix("fusion_bench: 3 jobs") && line.contains("(1.0"), "\(line)")
  }

  @Test(
    "jobs whose passes differ on some ranks alone share those that are the same on all",
    arguments: [
      ["method=ties_merging", "method.remove_keys=[],[embedding.weight],[layers.0.weight]"],
      ["method=mergekit/breadcrumbs", "method.density=0.2,0.6,0.9"],
    ])
  func unlikePasses(_ job: [String]) throws {
    let folder = try folder()
    for ranks in [0, 2, 3] {
      let run = try sweep(
        job + ["merged_model_save_path='{log_dir}/m'"], into: "out\(ranks)", ranks: ranks,
        in: folder)
      try #require(run.status == 0, "\(ranks): \(run.errors)")
      for number in 0..<3 {
        let one = try folder.bytes("out0/\(number)/m/model.safetensors")
        #expect(try folder.bytes("out\(ranks)/\(number)/m/model.safetensors") == one)
      }
    }
  }

  @Test("a job that fails does not lose the others", arguments: [0, 2])
  func failure(_ ranks: Int) throws {
    let folder = try folder()
    let run = try sweep(
      ["method=ties_merging", "method.threshold=20,100,50"], into: "out", ranks: ranks, in: folder)
    #expect(run.status == 1)
    #expect(run.lastErrorLine.hasPrefix("fusion_bench: error: 1 of 3 jobs failed: #1 : "))
    #expect(run.errors.contains("threshold=100"))
    let rows = try rows("out", in: folder)
    #expect(rows.map { $0[2] } == ["finished", "failed", "finished"])
    #expect(Set(rows.map { $0[3] }).count == 3)
  }

  @Test("finished jobs are left as they are, also in the folder of an earlier run")
  func resume() throws {
    let folder = try folder()
    let job = ["method=task_arithmetic", "method.scaling_factor=0.1,0.2,0.3"]
    let first = try sweep(job, into: "out", ranks: 0, in: folder)
    try #require(first.status == 0, "\(first.errors)")
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("out/1"))
    let before = try folder.bytes("out/0/sweep_job.json")
    let again = try sweep(job + ["sweep.resume=true"], into: "out", ranks: 2, in: folder)
    try #require(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("job #0 was finished by an earlier run"))
    #expect(!again.errors.contains("job #1 was finished"))
    #expect(try folder.bytes("out/0/sweep_job.json") == before)
    #expect(try rows("out", in: folder).map { $0[2] } == ["finished", "finished", "finished"])
    // Other parameters are other jobs.
    let other = try sweep(
      ["method=task_arithmetic", "method.scaling_factor=0.4,0.2,0.3", "sweep.resume=true"],
      into: "out", ranks: 0, in: folder)
    #expect(other.status == 0 && !other.errors.contains("job #0 was finished"))
  }

  @Test("groups of more ranks than there are, or of none, are refused", arguments: ["0", "3"])
  func badGroups(_ group: String) throws {
    let run = try sweep(
      ["method=simple_average,dummy", "sweep.ranks_per_job=\(group)"], into: "out", ranks: 2,
      in: try folder())
    #expect(run.status == 2)
    #expect(run.lastErrorLine.contains("sweep.ranks_per_job=\(group)"))
  }
}
