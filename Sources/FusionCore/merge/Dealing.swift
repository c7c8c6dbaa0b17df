/// How whole tensors are dealt to the processes of a job.
public enum Dealing {
  /// The items of every part, so that the part that takes most takes as little as two simple rules
  /// make it.
  ///
  /// The first rule gives the dearest item that is left to the part that has least so far (longest
  /// processing time, Graham 1969). The second gives it to the first part that it does not fill
  /// beyond a limit, and looks for the lowest limit by bisection (MULTIFIT: Coffman, Garey and
  /// Johnson, "An application of bin-packing to multiprocessor scheduling", 1978). The better answer
  /// is taken, the first of equals.
  ///
  /// The answer follows from the arguments alone, so every process comes to the same one.
  ///
  /// - Parameters:
  ///   - costs: what every item takes, in any unit; finite.
  ///   - parts: number of parts, at least 1.
  /// - Returns: for every part its items, the dearest first.
  public static func parts(of costs: [Double], among parts: Int) -> [[Int]] {
    precondition(parts > 0)
    let order = costs.indices.sorted { (costs[$1], $0) < (costs[$0], $1) }
    var best = spread(order, costs, among: parts)
    guard let dearest = order.first else { return best.items }
    // No limit below these can be kept.
    var low = max(costs.reduce(0, +) / Double(parts), costs[dearest])
    var high = best.most
    for _ in 0..<rounds where low < high {
      let limit = low + (high - low) / 2
      if let packed = pack(order, costs, among: parts, limit: limit) {
        if packed.most < best.most { best = packed }
        high = limit
      } else {
        low = limit
      }
    }
    return best.items
  }

  /// Halvings of the range in which the lowest limit is looked for: to a thousandth of it.
  private static let rounds = 10

  /// How uneven a plan is: the most that one part takes over what a part takes on average.
  public static func imbalance(of costs: [Double], among parts: Int) -> Double {
    let total = costs.reduce(0, +)
    guard total > 0 else { return 1 }
    let loads = self.parts(of: costs, among: parts).map { $0.reduce(0) { $0 + costs[$1] } }
    return (loads.max() ?? 0) / (total / Double(parts))
  }

  private typealias Plan = (items: [[Int]], most: Double)

  /// The dearest item first, always to the part that has least.
  private static func spread(_ order: [Int], _ costs: [Double], among parts: Int) -> Plan {
    var items = Array(repeating: [Int](), count: parts)
    var loads = Loads(count: parts)
    for item in order {
      let part = loads.firstLeast
      items[part].append(item)
      loads.add(costs[item], to: part)
    }
    return (items, loads.most)
  }

  /// The dearest item first, always to the first part that has room for it; nil where there is none.
  private static func pack(
    _ order: [Int], _ costs: [Double], among parts: Int, limit: Double
  ) -> Plan? {
    var items = Array(repeating: [Int](), count: parts)
    var loads = Loads(count: parts)
    for item in order {
      guard let part = loads.first(atMost: limit - costs[item]) else { return nil }
      items[part].append(item)
      loads.add(costs[item], to: part)
    }
    return (items, loads.most)
  }
}
