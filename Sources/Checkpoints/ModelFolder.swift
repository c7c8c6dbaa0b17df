/// Finds the folder of a model.
public enum ModelFolder {
  /// The folder that `name` names: a path, or the `org/name` of a model in the local cache of the
  /// hub. A name that is neither is returned as it is: what is looked for in it will be missed.
  public static func find(_ name: String) -> String {
    let path = Paths.expandingTilde(name)
    if Paths.exists(path) { return path }
    return (try? HubCache.snapshot(of: name)) ?? path
  }
}
