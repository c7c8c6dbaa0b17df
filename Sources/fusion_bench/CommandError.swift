import FusionCore
import HydraConfig

/// What is wrong with the command as a whole.
enum CommandError: Error, ExitStatusProviding, CustomStringConvertible {
  case noConfigFolder(executable: String)
  case badCompletion(String)
  case noRerun
  case badVariable(String)
  case sharedProcess(String)
  case jobsFailed([String], of: Int)

  var exitStatus: Int32 {
    if case .jobsFailed = self { 1 } else { 2 }
  }

  var description: String {
    switch self {
    case .noConfigFolder(let executable):
      "no folder config/ with fabric_model_fusion.yaml above \(executable); name one with --config-path"
    case .badCompletion(let text):
      "--shell-completion: '\(text)' is none of install=bash, install=zsh, uninstall=bash, uninstall=zsh"
    case .noRerun:
      "--experimental-rerun: Python's job records cannot be run again here"
    case .badVariable(let name):
      "hydra.job.env_set: '\(name)' cannot be the name of an environment variable"
    case .sharedProcess(let key):
      "hydra.job.\(key): the jobs of a sweep run in the same processes, so it must be "
        + (key == "chdir" ? "false" : "the same for all of them")
    case .jobsFailed(let jobs, let count):
      "\(jobs.count) of \(count) jobs failed: \(jobs.joined(separator: "; "))"
    }
  }
}

// A command line or configuration that is wrong ends the command with status 2: nothing was run.
extension ConfigError: ExitStatusProviding {
  /// Always 2.
  public var exitStatus: Int32 { 2 }
}

extension CommandLineError: ExitStatusProviding {
  /// Always 2.
  public var exitStatus: Int32 { 2 }
}
