/// What every part has been dealt so far, with the least found in a few steps: a tree of minima.
struct Loads {
  private let count: Int
  /// Node n has the children 2n and 2n + 1; the leaves are the parts, then some that are never free.
  private var tree: [Double]

  /// Parts that have nothing.
  init(count: Int) {
    var leaves = 1
    while leaves < count { leaves *= 2 }
    self.count = count
    tree = Array(repeating: 0, count: 2 * leaves)
    for leaf in count..<leaves { tree[leaves + leaf] = .infinity }
    for node in stride(from: leaves - 1, through: 1, by: -1) { update(node) }
  }

  private var leaves: Int { tree.count / 2 }

  /// The most that a part has.
  var most: Double { tree[leaves..<leaves + count].max() ?? 0 }

  /// The first of the parts that have least.
  var firstLeast: Int { first(atMost: tree[1]) ?? 0 }

  /// The first part that has at most so much.
  func first(atMost limit: Double) -> Int? {
    guard tree[1] <= limit else { return nil }
    var node = 1
    while node < leaves { node = tree[2 * node] <= limit ? 2 * node : 2 * node + 1 }
    return node - leaves
  }

  /// Gives a part more.
  mutating func add(_ cost: Double, to part: Int) {
    var node = leaves + part
    tree[node] += cost
    while node > 1 {
      node /= 2
      update(node)
    }
  }

  private mutating func update(_ node: Int) {
    tree[node] = min(tree[2 * node], tree[2 * node + 1])
  }
}
