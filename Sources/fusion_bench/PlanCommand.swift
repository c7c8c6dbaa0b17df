import ConfigTree
import FusionCore
import HydraConfig
import Programs

/// `fusion_bench plan [--json] [flags] [overrides…]`: what a merge would do on so many ranks, from
/// headers alone. It runs in one process, whatever it plans for.
struct PlanCommand: CommandLineJob {
  private let merge: Command
  private let isJSON: Bool
  private let showsHelp: Bool

  /// Takes the arguments apart; nil when they do not begin with `plan`.
  ///
  /// - Throws: as `Command`; `SubcommandError.noPlan` for flags that run or show something else.
  init?(_ arguments: [String]) throws {
    guard arguments.first == "plan" else { return nil }
    let flags = ["--json", "-h", "--help"]
    let rest = arguments.dropFirst().prefix { $0 != "--" }
    isJSON = rest.contains("--json")
    showsHelp = rest.contains { $0 == "-h" || $0 == "--help" }
    merge = try Command(
      (rest.filter { !flags.contains($0) } + arguments.dropFirst(1 + rest.count)).map(Self.adding))
    if merge.onlyPrints || merge.line.isMultirun { throw SubcommandError.noPlan }
  }

  /// Options of the plan stand in no configuration file: they are added to whatever is composed.
  private static func adding(_ argument: String) -> String {
    argument.hasPrefix("plan.") ? "++\(argument)" : argument
  }

  /// Always true: one process is enough.
  var onlyPrints: Bool { true }

  /// The plan, or the help.
  ///
  /// - Throws: `ConfigError`, `ParameterError`, and what planning throws.
  func text() throws -> String {
    if showsHelp { return Self.help }
    let composition = try merge.composer.compose(
      configName: merge.configName, overrides: merge.line.overrides)
    var config = try merge.resolved(composition)
    let options = PlanOptions()
    if let node = config["plan"], !node.isNull { try options.configure(node, at: "plan") }
    config["plan"] = nil
    let program: FabricModelFusionProgram =
      try Registry([FabricModelFusionProgram.self]).make(config, role: "")
    let plan = try program.plan(options)
    return isJSON ? plan.json.text(indent: 2) : plan.text
  }

  /// Never called: there is nothing to share.
  func run(in world: any Fabric) throws {
    try world.onGlobalZero { try StandardOutput.write(try text()) }
  }

  private static let help = """
    usage: fusion_bench plan [--json] [flags] [overrides…]

    Prints what each of so many ranks would read, compute and write in the merge that the same
    overrides would run, how much memory it would need, how uneven the work is, and how long it would
    take. Reads the headers of the checkpoints and nothing else; writes nothing.
      --json                 for programs, every rank
      plan.ranks=[1,2,4,8]   numbers of ranks; with one number, a line for each rank
      plan.read=2GB          bytes that a rank reads in a second
      plan.write=1GB         bytes that a rank writes in a second
      plan.storage=null      bytes that all ranks read and write in a second at most
      plan.merge=2GB         bytes of input that a thread merges in a second
      plan.gflops=38         10^9 operations of a thread in a second in products of matrices

    """
}
