import ConfigTree
import Foundation
import HydraConfig

/// What `hydra.job` says of the process that a job runs in.
struct JobSurroundings: Codable, Equatable {
  /// `hydra.job.env_set`, by name.
  let environment: [Variable]
  /// The job's folder, where `hydra.job.chdir` wants it to be the working directory.
  let workingFolder: String?

  /// An environment variable.
  struct Variable: Codable, Equatable {
    let name: String
    let value: String
  }

  /// Reads `hydra.job`.
  ///
  /// - Parameter folder: the job's folder.
  /// - Throws: `ConfigError`; `CommandError` for a name that no variable can have.
  init(_ composition: Composition, folder: String?) throws {
    let resolver = InterpolationResolver(context: composition.resolverContext)
    let set = try resolver.select(composition.root, at: "hydra.job.env_set", resolves: true)
    let chdir = try resolver.select(composition.root, at: "hydra.job.chdir", resolves: true)
    environment = try (set?.dictionary ?? [:]).map { key, value in
      let name = key.description
      guard !name.isEmpty, !name.contains("="), !name.contains("\0") else {
        throw CommandError.badVariable(name)
      }
      guard value.value != .missing else {
        throw ConfigError.missingValue(key: "hydra.job.env_set.\(name)")
      }
      return Variable(name: name, value: value.pythonText)
    }
    workingFolder = chdir?.value == .bool(true) ? folder ?? "." : nil
  }

  /// Sets the variables of this process.
  func setEnvironment() {
    for variable in environment { setenv(variable.name, variable.value, 1) }
  }

  /// Makes the job's folder the working directory, which it is made for where it is not there.
  ///
  /// - Throws: `RunFolderError`.
  func enterFolder() throws {
    guard let workingFolder else { return }
    try FileManager.default.createDirectory(
      atPath: workingFolder, withIntermediateDirectories: true)
    guard chdir(workingFolder) == 0 else {
      throw RunFolderError(path: workingFolder, code: errno)
    }
  }
}

extension Composition {
  /// The same, with variables that interpolations see set.
  func setting(_ variables: [JobSurroundings.Variable]) -> Composition {
    guard !variables.isEmpty else { return self }
    var result = self
    let others = context.environment
    result.context.environment = { name in
      variables.last { $0.name == name }?.value ?? others(name)
    }
    return result
  }
}
