import HydraConfig
import Testing

@Suite struct ShellCompletionTests {
  private static let lines: [(String, [String])] = [
    ("db=p", ["db=pg"]), ("server/", ["server/logging="]), ("~d", ["~db"]),
    ("+ca", ["+cache="]), ("nested.b", ["nested.b."]), ("nested.b.c.2.", ["nested.b.c.2.d="]),
    ("nested.a=", ["nested.a=1"]), ("lr=", ["lr=0.001"]), ("need=", ["need="]),
    ("db=sqlite db.", ["db.driver=", "db.file="]), ("nothing=", []), ("zz", []),
    ("hydra.job.na", ["hydra.job.name="]),
    (
      "--cfg job hydra/job_logging=d",
      ["hydra/job_logging=default", "hydra/job_logging=disabled"]
    ),
  ]

  @Test(arguments: lines)
  func `groups, options, keys and values complete`(line: String, expected: [String]) throws {
    let directory = try SampleTree.directory()
    let completion = ShellCompletion(composer: directory.composer, configName: "config")
    #expect(completion.candidates(line) == expected)
  }

  @Test func `the scripts call the program and can be removed`() {
    let script = ShellCompletion.installScript(.bash, program: "fusion_bench")
    #expect(script.contains("fusion_bench -sc query=bash"))
    #expect(
      script.hasSuffix("complete -o nospace -o default -F _fusion_bench_complete fusion_bench\n"))
    #expect(ShellCompletion.installScript(.zsh, program: "x").hasPrefix("autoload"))
    #expect(
      ShellCompletion.uninstallScript(program: "a-b") == "complete -r a-b\nunset -f _a_b_complete\n"
    )
  }
}
