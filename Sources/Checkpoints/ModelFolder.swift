/// Finds the folder of a model.
public enum ModelFolder {
  /// The folder that `name` names: a path, or the `org/name` of a model in the local cache of the
  /// hub.
  ///
  /// - Throws: `CheckpointError.notCached`, `.brokenCache`, `.missing`.
  public static func find(_ name: String) throws -> String {
    let path = Paths.expandingTilde(name)
    if Paths.exists(path) { return path }
    if let snapshot = try HubCache.snapshot(of: name) { return snapshot }
    throw CheckpointError.missing(path: name, didYouMean: nil)
  }
}
