import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct PlanTests {
  private static let pool = "modelpool.models={_pretrained_: base, a: ft1, b: ft2}"

  /// The parts of a plan that are looked at.
  private struct Plan: Decodable {
    struct World: Decodable {
      struct Rank: Decodable {
        let bytes_read: Int
        let bytes_written: Int
        let memory_bytes: Int
        let seconds: Double
      }
      let ranks: Int
      let imbalance: Double
      let seconds: Double
      let each: [Rank]
    }
    let passes: Int
    let worlds: [World]
  }

  private func plan(_ arguments: [String], ranks: Int = 0) throws -> (Plan, CommandRun) {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .bfloat16)
    let before = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
    let run = try CommandRun(
      ["plan", "--json", Self.pool] + arguments, ranks: ranks, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.url.path) == before)
    return (try JSONDecoder().decode(Plan.self, from: Data(run.output.utf8)), run)
  }

  @Test("every byte is read and written once, whatever the number of ranks", arguments: [0, 2])
  func onePass(_ processes: Int) throws {
    let (plan, _) = try plan(
      ["method=task_arithmetic", "plan.ranks=[1,3,8]", "merged_model_save_path=out"],
      ranks: processes)
    #expect(plan.passes == 0 && plan.worlds.map(\.ranks) == [1, 3, 8])
    // 13,690 bfloat16 values and one integer of 8 bytes, of three models.
    for world in plan.worlds {
      #expect(world.each.count == world.ranks)
      #expect(world.each.reduce(0) { $0 + $1.bytes_written } == 13_689 * 2 + 8)
      #expect(world.each.reduce(0) { $0 + $1.bytes_read } == 3 * (13_689 * 2 + 8))
      #expect(world.imbalance >= 1 && world.each.allSatisfy { $0.memory_bytes > 0 })
      #expect(world.seconds >= world.each.map(\.seconds).max() ?? 0)
    }
  }

  @Test("passes for thresholds are in the plan; a slow file system in the time")
  func passes() throws {
    let (free, _) = try plan(["method=ties_merging", "plan.ranks=[4]"])
    let (shared, _) = try plan(["method=ties_merging", "plan.ranks=[4]", "plan.storage=1kB"])
    #expect(free.passes > 1)
    let read = free.worlds[0].each.reduce(0) { $0 + $1.bytes_read }
    #expect(read == (free.passes + 1) * 3 * (13_689 * 2 + 8))
    #expect(shared.worlds[0].seconds > 100 * free.worlds[0].seconds)
    #expect(abs(shared.worlds[0].seconds * 1000 - Double(read + 13_689 * 2 + 8)) < 1)
  }

  @Test("a plan says so where it is not that of the split that was asked for")
  func splits() throws {
    let arguments = ["method=task_arithmetic", "plan.ranks=[2]"]
    let (layer, silent) = try plan(arguments)
    #expect(!silent.errors.contains("split"), "\(silent.errors)")
    for split in ["model", "auto"] {
      let (other, told) = try plan(arguments + ["fabric.split=\(split)"])
      #expect(told.errors.contains("fabric.split=\(split) is not planned"), "\(told.errors)")
      let read = [layer, other].map { $0.worlds[0].each.map(\.bytes_read) }
      #expect(read[0] == read[1])
    }
  }

  @Test("a plan that cannot be made says why")
  func errors() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    func run(_ arguments: String...) throws -> CommandRun {
      try CommandRun(["plan", Self.pool] + arguments, in: folder.url)
    }
    let typo = try run("method=simple_average", "plan.rank=[2]")
    #expect(typo.status == 2 && typo.lastErrorLine.contains("did you mean 'ranks'"))
    let none = try run("method=simple_average", "plan.ranks=[0]")
    #expect(none.status == 2 && none.lastErrorLine.contains("plan.ranks"))
    let sweep = try run("-m", "method=simple_average")
    #expect(sweep.status == 2 && sweep.lastErrorLine.contains("plan"))
    // What OPCM does with a matrix depends on those before it.
    let values = try run("method=opcm/opcm")
    #expect(values.status == 1 && values.lastErrorLine.contains("only headers are read"))
    // In a merge the options mean nothing.
    let merge = try CommandRun(
      ["method=simple_average", Self.pool, "+plan.ranks=[2]"], in: folder.url)
    #expect(merge.status == 2 && merge.lastErrorLine.contains("plan"))
    let help = try run("--help")
    #expect(help.status == 0 && help.output.hasPrefix("usage: fusion_bench plan"))
    let table = try run("method=simple_average")
    #expect(
      table.status == 0 && table.output.contains("1024") && table.output.contains("imbalance"))
  }
}
