/// Reads the numbers that launchers leave in the environment.
struct EnvironmentReader {
  let environment: [String: String]

  /// A number that is not negative.
  func count(_ name: String) -> Int? {
    environment[name].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// A rank and the first of the named sizes that is set, if they fit each other.
  func place(_ rankName: String, of sizeNames: [String]) -> (rank: Int, size: Int)? {
    guard let rank = count(rankName),
      let sizeName = sizeNames.first(where: { environment[$0] != nil }),
      let size = count(sizeName), rank < size
    else { return nil }
    return (rank, size)
  }

  /// The entry for a node in Slurm's list of tasks per node, such as `4(x2),3`.
  func slurmTasks(onNode node: Int) -> Int? {
    let names = ["SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE"]
    guard let list = names.lazy.compactMap({ environment[$0] }).first else { return nil }
    var nodesLeft = node
    for entry in list.split(separator: ",") {
      let parts = entry.split(separator: "(", maxSplits: 1)
      guard let text = parts.first, let tasks = Int(text), tasks >= 0 else { return nil }
      var repeats = 1
      if parts.count == 2 {
        guard parts[1].first == "x", parts[1].last == ")",
          let times = Int(parts[1].dropFirst().dropLast()), times > 0
        else { return nil }
        repeats = times
      }
      if nodesLeft < repeats { return tasks }
      nodesLeft -= repeats
    }
    return nil
  }
}
