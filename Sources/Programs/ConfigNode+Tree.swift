import ConfigTree

extension ConfigNode {
  /// The configuration as it is printed before a run: a branch for each key, first method and
  /// pools, then the rest.
  func tree(first: [String] = ["method", "modelpool", "taskpool"]) -> String {
    let entries = dictionary ?? [:]
    let keys =
      first.filter { entries[.string($0)] != nil }
      + entries.keys.map(\.description).filter { !first.contains($0) }
    var text = "CONFIG\n"
    for (number, key) in keys.enumerated() {
      let isLast = number == keys.count - 1
      text += "\(isLast ? "└──" : "├──") \(key)\n"
      let value = entries[.string(key)] ?? ConfigNode(.null)
      for (line, content) in value.yaml().split(separator: "\n").enumerated() {
        text += "\(isLast ? " " : "│")   \(line == 0 ? "└──" : "   ") \(content)\n"
      }
    }
    return text
  }
}
