import ConfigTree
import FusionCore

/// A list of layers as FusionBench's configurations write it: numbers, counted from the end where
/// negative, and texts such as `range(8,24)`, which are read and never evaluated.
public struct LayerIndices: ConfigRepresentable, Sendable, Equatable {
  /// One entry of the list.
  public enum Item: Sendable, Equatable {
    case index(Int)
    /// Python's `range`; a step of 0 cannot be.
    case range(from: Int, to: Int, by: Int)
  }

  /// More layers than any model has.
  static let limit = LayerTable.limit

  /// The entries.
  public var items: [Item]

  /// Makes a list of entries.
  public init(_ items: [Item]) { self.items = items }

  /// Reads a list of numbers and texts; null is an empty list.
  public static func decode(_ node: ConfigNode, key: String) throws -> LayerIndices {
    if node.isNull { return LayerIndices([]) }
    guard let nodes = node.list else {
      throw ParameterError.wrongType(
        key: key, expected: "a list such as [0, 1, \"range(6,12)\"]", node)
    }
    return LayerIndices(
      try nodes.enumerated().map { position, node in
        switch node.value {
        case .int(let index): return .index(index)
        case .string(let text):
          if let range = range(text) { return range }
          fallthrough
        default:
          throw ParameterError.wrongType(
            key: "\(key)[\(position)]",
            expected: "an integer, \"range(stop)\", \"range(start,stop)\" or "
              + "\"range(start,stop,step)\" with a step other than 0", node)
        }
      })
  }

  /// The list.
  public func encoded() -> ConfigNode {
    ConfigNode(
      .list(
        items.map { item in
          switch item {
          case .index(let index): ConfigNode(.int(index))
          case .range(let from, let to, let by): ConfigNode(.string("range(\(from),\(to),\(by))"))
          }
        }))
  }

  /// The layers, from 0.
  ///
  /// - Parameters:
  ///   - count: number of layers of the model.
  ///   - key: the parameter's key, for messages.
  ///   - label: what to call the model in messages.
  /// - Throws: `StructureError.noSuchLayer`, and `ParameterError` for more layers than any model has.
  func resolved(count: Int, key: String, label: String) throws -> [Int] {
    var layers: [Int] = []
    for (position, item) in items.enumerated() {
      let place = "\(key)[\(position)]"
      let indices: [Int]
      switch item {
      case .index(let index): indices = [index]
      case .range(let from, let to, let by):
        let range = stride(from: from, to: to, by: by)
        // The first that is no layer is enough: a range may be longer than memory.
        indices = Array(range.prefix(2 * count + 1))
      }
      for index in indices {
        guard index >= -count, index < count else {
          throw StructureError.noSuchLayer(key: place, index, count: count, in: label)
        }
        layers.append(index < 0 ? index + count : index)
      }
      guard layers.count <= Self.limit else {
        throw ParameterError.invalid(
          key: place, value: "\(layers.count) layers", requirement: "at most \(Self.limit)")
      }
    }
    return layers
  }

  /// Python's `range` with one to three integers, `list(…)` around it or not.
  private static func range(_ text: String) -> Item? {
    var text = text.filter { $0 != " " }
    if text.hasPrefix("list("), text.hasSuffix(")") { text = String(text.dropFirst(5).dropLast()) }
    guard text.hasPrefix("range("), text.hasSuffix(")") else { return nil }
    let parts = text.dropFirst(6).dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int32($0) }.map(Int.init)
    guard numbers.count == parts.count else { return nil }
    switch numbers.count {
    case 1: return .range(from: 0, to: numbers[0], by: 1)
    case 2: return .range(from: numbers[0], to: numbers[1], by: 1)
    case 3 where numbers[2] != 0: return .range(from: numbers[0], to: numbers[1], by: numbers[2])
    default: return nil
    }
  }
}
