/// What shows that files are the ones they were: their sizes, times and numbers, no contents.
public enum InputState {
  /// Files that a model's values can depend on.
  private static let endings = [
    ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".json", ".txt", ".csv", ".npy",
  ]

  /// The state of the file, directory or model of the hub's cache at `path`, one line per file;
  /// nil when it is none of these.
  public static func describe(_ path: String) -> String? {
    let expanded = Paths.expandingTilde(path)
    if (try? checkPath(expanded)) == nil { return nil }
    guard let own = files(path, expanded) else { return nil }
    // An adapter's values depend on the model that it names, too.
    guard let adapter = try? AdapterDirectory(path),
      let base = try? AdapterConfig(path: adapter.config).baseModel
    else { return own }
    return own + "\(base)\n" + (files(base, Paths.expandingTilde(base)) ?? "")
  }

  private static func files(_ path: String, _ expanded: String) -> String? {
    switch Paths.kind(of: expanded) {
    case .directory: return describe(directory: expanded)
    case .regular:
      guard let line = line(expanded, name: Paths.name(of: expanded)) else { return nil }
      // An index stands for the shards beside it.
      return expanded.hasSuffix(".index.json")
        ? line + describe(directory: Paths.directory(of: expanded)) : line
    case nil:
      guard path.split(separator: "/").count == 2, let snapshot = try? HubCache.snapshot(of: path)
      else { return nil }
      return describe(directory: snapshot)
    default: return nil
    }
  }

  private static func describe(directory: String) -> String {
    let names = ((try? Paths.names(in: directory)) ?? []).filter { name in
      endings.contains(where: name.hasSuffix)
    }
    return names.compactMap { line(Paths.join(directory, $0), name: $0) }.joined()
  }

  private static func line(_ path: String, name: String) -> String? {
    guard let status = try? FileStatus(path: path) else { return nil }
    let time = status.modified
    return "\(name) \(status.size) \(time.seconds).\(time.nanoseconds) \(status.identity.inode)\n"
  }
}
