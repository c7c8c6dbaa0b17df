import HydraConfig
import Testing

@Suite struct SweepTests {
  private func jobs(_ overrides: String...) throws -> [[String]] {
    let expander = SweepExpander { $0 == "db" ? ["base", "mysql", "pg"] : [] }
    return try expander.jobs(try Override.parse(overrides))
  }

  @Test func `the first key is the slowest, and a repeated key keeps its place`() throws {
    #expect(
      try jobs("a=1,2", "b=x,y", "c=3") == [
        ["a=1", "b=x", "c=3"], ["a=1", "b=y", "c=3"], ["a=2", "b=x", "c=3"],
        ["a=2", "b=y", "c=3"],
      ])
    #expect(try jobs("b=x,y", "a=1", "b=z") == [["b=z", "a=1"]])
  }

  private static let values: [(String, [String])] = [
    ("a=1e-3,1E5", ["a=0.001", "a=100000.0"]), ("a=true,False", ["a=True", "a=False"]),
    ("a=choice('a b',c)", ["a=a\\ b", "a=c"]), ("a='a b',c", ["a='a b'", "a=c"]),
    ("~db", ["~db=null"]), ("x=${y}", ["x=$\\{y\\}"]), ("a=str(1,2)", ["a=1", "a=2"]),
    ("a=range(3)", ["a=0", "a=1", "a=2"]), ("a=range(5,1,-2)", ["a=5", "a=3"]),
    ("a=range(0,0.5,0.1)", ["a=0.0", "a=0.1", "a=0.2", "a=0.3", "a=0.4"]),
    ("a=range(1,0,-0.5)", ["a=1.0", "a=0.5"]), ("a=sort(3,1,2)", ["a=1", "a=2", "a=3"]),
    ("a=sort(range(3),reverse=true)", ["a=2", "a=1", "a=0"]),
    ("a=tag(t,choice(1,2))", ["a=1", "a=2"]), ("db=glob(*)", ["db=base", "db=mysql", "db=pg"]),
    ("db=glob([m*,?g],exclude=p*)", ["db=mysql"]),
    ("a=[1,'b c'],{x: null}", ["a=[1,'b c']", "a={x:null}"]), ("+a=1,2", ["+a=1", "+a=2"]),
    ("a={1: x, true: y},z", ["a={1:y}", "a=z"]),
    ("a=\"q\\\"q\"", ["a=\"q\\\"q\""]), ("a='x\\\\',y", ["a='x\\\\'", "a=y"]), ("a=", ["a="]),
  ]

  @Test(arguments: values)
  func `values are written again as Hydra writes them`(override: String, expected: [String]) throws
  {
    #expect(try jobs(override).map { $0.joined() } == expected)
  }

  @Test func `shuffling keeps the values`() throws {
    #expect(try Set(jobs("a=shuffle(1,2,3)").map { $0.joined() }) == ["a=1", "a=2", "a=3"])
  }

  private static let refusals: [(String, String)] = [
    ("a=interval(0,1)", "BasicSweeper does not support sweep type : INTERVAL_SWEEP"),
    ("a=range(1,2,0)", "range() arg 3 must not be zero: 'a=range(1,2,0)'"),
    (
      "a=choice({b:choice(1,2)},3)",
      "A sweep cannot be part of a list, a dictionary or another sweep: "
        + "'a=choice({b:choice(1,2)},3)'\n"
        + "To sweep over lists or dictionaries, write them whole: key=choice([1,2],[3])"
    ),
    ("a=range(1000000000)", "the sweep has more than 100000 jobs"),
  ]

  @Test(arguments: refusals)
  func `sweeps that cannot be listed are refused`(override: String, message: String) {
    #expect {
      try jobs(override)
    } throws: {
      "\($0)" == message
    }
  }

  @Test func `parameters of the sweeper come before the command line`() throws {
    let directory = try ConfigDirectory([
      "config.yaml":
        "a: 0\nb: 0\nhydra:\n  sweeper:\n    params:\n      a: 1,2\n      b: range(2)\n"
    ])
    let whole = try directory.composer.compose(
      configName: "config", overrides: ["b=7", "hydra.job.name=x"], mode: .multirun)
    #expect(
      try SweepExpander(composer: directory.composer).jobs(of: whole) == [
        ["a=1", "b=7"], ["a=2", "b=7"],
      ])
  }

  @Test func `every job of a sweep composes`() throws {
    let directory = try SampleTree.directory()
    let overrides = try Override.parse(["db=glob(*)", "name='x y',z", "nested.b.c=[1],[{k: v}]"])
    let jobs = try SweepExpander(composer: directory.composer).jobs(overrides)
    #expect(jobs.count == 16)
    for job in jobs {
      #expect(throws: Never.self) {
        try directory.composer.compose(configName: "config", overrides: job)
      }
    }
  }
}
