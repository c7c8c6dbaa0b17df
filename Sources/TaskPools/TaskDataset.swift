import ConfigTree
import DataSets
import FusionCore

/// The images of a task: a path, or FusionBench's `{_target_: datasets.load_dataset, path, split}`
/// and its like.
public struct TaskDataset: ConfigRepresentable, ExpressibleByStringLiteral {
  /// Where the data are.
  public let path: String
  private let node: ConfigNode

  /// Names a folder or file.
  public init(stringLiteral path: String) {
    self.path = path
    node = ConfigNode(.string(path))
  }

  private init(path: String, node: ConfigNode) {
    self.path = path
    self.node = node
  }

  /// Whether it is written as FusionBench writes it.
  var isDictionary: Bool { node.dictionary != nil }

  /// The part of the data; `test` unless the configuration names another that a folder can have.
  var split: DataSplit { node["split"]?.string.flatMap { DataSplit(rawValue: $0) } ?? .test }

  /// Reads a path, or a dictionary with one.
  public static func decode(_ node: ConfigNode, key: String) throws -> TaskDataset {
    if case .string(let path) = node.value { return TaskDataset(path: path, node: node) }
    let inner = node["dataset"] ?? node
    for candidate in [inner["path"], inner["_args_"]?.list?.first, inner["_target_"]] {
      if let path = candidate?.string { return TaskDataset(path: path, node: node) }
    }
    throw ParameterError.wrongType(key: key, expected: "a path, or a dictionary with one", node)
  }

  /// What `decode` read.
  public func encoded() -> ConfigNode { node }
}
