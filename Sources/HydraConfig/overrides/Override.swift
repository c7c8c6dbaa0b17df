import ConfigTree

/// One override of the command line.
public struct Override: Sendable, Equatable {
  /// What the override does.
  public enum Kind: Sendable {
    /// `key=value`
    case change
    /// `+key=value`
    case add
    /// `++key=value`
    case forceAdd
    /// `~key`
    case delete
  }

  /// What the override does.
  public var kind: Kind
  /// A dotted key, or a group such as `hydra/launcher`.
  public var key: String
  /// What follows `@`.
  public var package: String?
  /// The value; `nil` for `~key`.
  public var value: OverrideValue?
  /// The override as it was written.
  public var input: String

  /// The key with its sign and package, as it identifies the override: `+db@backup`.
  public var keyElement: String {
    let prefix =
      switch kind {
      case .change: ""
      case .add: "+"
      case .forceAdd: "++"
      case .delete: "~"
      }
    return prefix + qualifiedKey
  }

  /// The key with its package.
  var qualifiedKey: String { package.map { "\(key)@\($0)" } ?? key }

  /// Whether the value stands for several.
  public var isSweep: Bool { value?.isSweep ?? false }

  /// Whether the override is about Hydra itself.
  public var isHydra: Bool { key.hasPrefix("hydra.") || key.hasPrefix("hydra/") }

  /// Parses one override.
  public static func parse(_ text: String) throws(ConfigError) -> Override {
    let override: Override
    do {
      var parser = OverrideParser(text)
      override = try parser.parse()
    } catch {
      throw .override(text, error)
    }
    guard override.value?.containsSweep != true else { throw .nestedSweep(text) }
    return override
  }

  /// Parses overrides in their order.
  public static func parse(_ texts: [String]) throws(ConfigError) -> [Override] {
    var result: [Override] = []
    for text in texts { result.append(try parse(text)) }
    return result
  }
}

/// What is wrong with the text of an override.
public enum OverrideSyntaxError: Error, Sendable, Equatable {
  /// No token starts at this column, counted from 0.
  case character(column: Int)
  /// A token that the grammar does not allow, in the words of Hydra's parser.
  case grammar(String)
  /// A token too many or too few, which the parser could have gone on after.
  case recovered(String)
  /// A function failed.
  case evaluation(String)
}
