import ConfigTree
import OrderedCollections

extension OrderedDictionary<ConfigKey, ConfigNode> {
  /// Sets a key. As in Python, `1`, `1.0` and `true` are one key: the first spelling stays, the last value
  /// wins.
  mutating func setLikePython(_ key: ConfigKey, to value: ConfigNode) {
    let known = key.amount.flatMap { amount in keys.first { $0.amount == amount } }
    self[known ?? key] = value
  }
}

extension ConfigKey {
  fileprivate var amount: Double? {
    switch self {
    case .string: nil
    case .int(let number): Double(number)
    case .float(let number): number
    case .bool(let flag): flag ? 1 : 0
    }
  }
}
