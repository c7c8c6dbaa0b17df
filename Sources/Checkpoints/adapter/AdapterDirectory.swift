/// A directory that holds a PEFT adapter and no model.
struct AdapterDirectory {
  /// The directory itself.
  let directory: String
  /// Its `adapter_config.json`.
  let config: String
  /// Its weights.
  let weights: String

  private static let weightNames = ["adapter_model.safetensors", "adapter_model.bin"]

  /// Looks at a path, or at the snapshot of a repository in the local cache of the hub.
  ///
  /// - Returns: nil when there is no adapter.
  /// - Throws: `CheckpointError`, `AdapterError.noWeights`.
  init?(_ path: String) throws {
    try checkPath(path)
    var directory = Paths.expandingTilde(path)
    if !Paths.exists(directory), let snapshot = try Checkpoint.snapshot(of: path) {
      directory = snapshot
    }
    config = Paths.join(directory, "adapter_config.json")
    guard Paths.kind(of: directory) == .directory, Paths.exists(config),
      !ModelDirectory.names.contains(where: { Paths.exists(Paths.join(directory, $0)) })
    else { return nil }
    self.directory = directory
    let found = Self.weightNames.map { Paths.join(directory, $0) }.first(where: Paths.exists)
    guard let found else { throw AdapterError.noWeights(directory: directory) }
    weights = found
  }
}
