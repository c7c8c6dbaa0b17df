/// How whole tensors are dealt to the processes of a job.
public enum Dealing {
  /// The items of every part: the dearest item first, each to the part that has least so far.
  ///
  /// The answer follows from the arguments alone, so every process comes to the same one.
  ///
  /// - Parameters:
  ///   - costs: what every item takes, in any unit.
  ///   - parts: number of parts, at least 1.
  /// - Returns: for every part its items, the dearest first.
  public static func parts(of costs: [Double], among parts: Int) -> [[Int]] {
    precondition(parts > 0)
    var dealt = Array(repeating: [Int](), count: parts)
    var loads = Array(repeating: 0.0, count: parts)
    for item in costs.indices.sorted(by: { (costs[$1], $0) < (costs[$0], $1) }) {
      var least = 0
      for part in 1..<max(parts, 1) where loads[part] < loads[least] { least = part }
      dealt[least].append(item)
      loads[least] += costs[item]
    }
    return dealt
  }

  /// How uneven a plan is: the most that one part takes over what a part takes on average.
  public static func imbalance(of costs: [Double], among parts: Int) -> Double {
    let total = costs.reduce(0, +)
    guard total > 0 else { return 1 }
    let loads = self.parts(of: costs, among: parts).map { $0.reduce(0) { $0 + costs[$1] } }
    return (loads.max() ?? 0) / (total / Double(parts))
  }
}
