import FusionCore
import Wording

/// What is wrong with a subcommand.
enum SubcommandError: Error, ExitStatusProviding, CustomStringConvertible {
  case unknownFlag(String, of: String, known: [String])
  case paths(String, usage: String, found: Int)
  case different(String, String)
  case noPlan

  var exitStatus: Int32 {
    if case .different = self { 1 } else { 2 }
  }

  var description: String {
    switch self {
    case .unknownFlag(let flag, let name, let known):
      "\(name): unknown flag '\(oneLine(flag, limit: 80))'"
        + (nearest(to: flag, among: known).map { "; did you mean '\($0)'?" } ?? "")
    case .paths(_, let usage, let found):
      "\(found) paths given; usage: fusion_bench \(usage)"
    case .different(let first, let second):
      "\(oneLine(first)) and \(oneLine(second)) differ"
    case .noPlan:
      "plan: takes the overrides of one merge, and no flag that shows something else or sweeps;"
        + " usage: fusion_bench plan [--json] [overrides…]"
    }
  }
}
