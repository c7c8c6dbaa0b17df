import FusionCore

/// What is wrong with the command itself. Ends it with status 2.
enum CommandError: Error, ExitStatusProviding, CustomStringConvertible {
  case noConfigFolder(executable: String)

  var exitStatus: Int32 { 2 }

  var description: String {
    switch self {
    case .noConfigFolder(let executable):
      "no folder config/ with fabric_model_fusion.yaml above \(executable); name one with --config-path"
    }
  }
}
