import ConfigTree
import FusionCore

/// A model that a setting refers to: a path or name, or what FusionBench loads it by,
/// `{_target_: …, pretrained_model_name_or_path}`.
public enum ModelReference: ConfigRepresentable {
  case none
  case named(String, ConfigNode)

  /// The path or name.
  public var path: String? {
    if case .named(let path, _) = self { path } else { nil }
  }

  /// Reads a string, null, or a dictionary with a path.
  public static func decode(_ node: ConfigNode, key: String) throws -> ModelReference {
    if node.isNull { return .none }
    for candidate in [node, node["pretrained_model_name_or_path"]] {
      if case .string(let path)? = candidate?.value { return .named(path, node) }
    }
    throw ParameterError.wrongType(
      key: key, expected: "a path, or a dictionary with pretrained_model_name_or_path", node)
  }

  /// What `decode` read.
  public func encoded() -> ConfigNode {
    if case .named(_, let node) = self { node } else { ConfigNode(.null) }
  }
}
