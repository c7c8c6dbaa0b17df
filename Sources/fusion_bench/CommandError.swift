import FusionCore
import HydraConfig

/// What is wrong with the command as a whole.
enum CommandError: Error, ExitStatusProviding, CustomStringConvertible {
  case noConfigFolder(executable: String)
  case noShellCompletion
  case jobsFailed([String], of: Int)

  var exitStatus: Int32 {
    if case .jobsFailed = self { 1 } else { 2 }
  }

  var description: String {
    switch self {
    case .noConfigFolder(let executable):
      "no folder config/ with fabric_model_fusion.yaml above \(executable); name one with --config-path"
    case .noShellCompletion:
      "--shell-completion: completion scripts are not available in this version"
    case .jobsFailed(let jobs, let count):
      "\(jobs.count) of \(count) jobs failed: \(jobs.joined(separator: "; "))"
    }
  }
}

// A command line or configuration that is wrong ends the command with status 2: nothing was run.
extension ConfigError: ExitStatusProviding {
  public var exitStatus: Int32 { 2 }
}

extension CommandLineError: ExitStatusProviding {
  public var exitStatus: Int32 { 2 }
}
