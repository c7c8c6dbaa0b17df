import ConfigTree

/// One item of a defaults list, as a file writes it.
struct DefaultEntry {
  enum Target {
    /// A configuration by its path.
    case config(String)
    /// A group with its choice.
    case group(String, Choice)
  }

  enum Choice: Equatable {
    case none
    case name(String)
    case list([String])
  }

  var target: Target
  var package: String?
  var isOptional = false
  var isOverride = false
  /// Whether the command line appended the item.
  var isExternal = false
  var isPrimary = false

  static let own = DefaultEntry(target: .config("_self_"))

  var isSelf: Bool {
    switch target {
    case .config(let path): path == "_self_"
    case .group(_, let choice): choice == .name("_self_")
    }
  }
}

// MARK: - Parsing

extension DefaultEntry {
  /// Takes the defaults list out of the body of a file.
  static func entries(
    of body: inout ConfigNode, config: String
  ) throws(ConfigError) -> [DefaultEntry] {
    guard let list = body["defaults"] else { return [] }
    body["defaults"] = nil
    guard case .list(let items) = list.value else {
      throw .defaultsNotList(config: config, type: pythonType(list.value))
    }
    var result: [DefaultEntry] = []
    for item in items { result.append(try entry(item, config: config)) }
    return result
  }

  private static func entry(
    _ item: ConfigNode, config: String
  ) throws(ConfigError) -> DefaultEntry {
    switch item.value {
    case .string(let text), .interpolation(let text):
      return try configEntry(text, config: config)
    case .missing: return try configEntry("???", config: config)
    case .dictionary(let pairs):
      guard pairs.count <= 1 else {
        throw .defaultsItem(
          problem: "Too many keys in default item \(item.pythonLiteral)", config: config)
      }
      guard let (key, value) = pairs.elements.first else {
        throw .defaultsItem(
          problem: "Missing group name in \(item.pythonLiteral)", config: config)
      }
      return try groupEntry(key, value, config: config)
    default:
      throw .defaultsItem(
        problem: "Unsupported type in defaults : \(pythonType(item.value))", config: nil)
    }
  }

  private static func configEntry(
    _ text: String, config: String
  ) throws(ConfigError) -> DefaultEntry {
    let (path, package) = splitPackage(text)
    guard path != "_self_" || package == nil else {
      throw .defaultsItem(problem: "_self_@PACKAGE is not supported", config: config)
    }
    return DefaultEntry(target: .config(path), package: package)
  }

  private static func groupEntry(
    _ key: ConfigKey, _ value: ConfigNode, config: String
  ) throws(ConfigError) -> DefaultEntry {
    guard case .string(let text) = key else {
      throw .defaultsItem(problem: "The group \(key) is not a text", config: config)
    }
    let (qualified, package) = splitPackage(text)
    var words = qualified.split(separator: " ", omittingEmptySubsequences: false)
    let group = String(words.removeLast())
    guard !group.isEmpty else {
      throw .defaultsItem(problem: "Missing group name in '\(text)'", config: config)
    }
    var entry = DefaultEntry(target: .group(group, try choice(value)), package: package)
    for word in words {
      if word == "optional" {
        entry.isOptional = true
      } else if word == "override" {
        entry.isOverride = true
      } else {
        break
      }
    }
    return entry
  }

  private static func choice(_ value: ConfigNode) throws(ConfigError) -> Choice {
    switch value.value {
    case .null: return .none
    case .string(let text), .interpolation(let text): return .name(text)
    case .missing: return .name("???")
    case .list(let items):
      var names: [String] = []
      for item in items {
        switch item.value {
        case .string(let text), .interpolation(let text): names.append(text)
        case .missing: names.append("???")
        default:
          throw .defaultsItem(
            problem: "Unsupported item value in defaults : \(pythonType(item.value)), nested list "
              + "items must be strings", config: nil)
        }
      }
      return .list(names)
    default:
      throw .defaultsItem(
        problem: "Unsupported item value in defaults : \(pythonType(value.value)). Supported: "
          + "string or list", config: nil)
    }
  }

  /// Splits `group@package`; what follows a colon in the package has no meaning any more.
  private static func splitPackage(_ text: String) -> (String, String?) {
    guard let at = text.firstIndex(of: "@") else { return (text, nil) }
    let package = text[text.index(after: at)...].prefix { $0 != ":" }
    return (String(text[..<at]), package == "_here_" ? "" : String(package))
  }

  private static func pythonType(_ value: ConfigValue) -> String {
    switch value {
    case .null: "NoneType"
    case .dictionary: "mapping"
    case .list: "ListConfig"
    case .bool: "bool"
    case .int, .bigInteger: "int"
    case .float: "float"
    default: "str"
    }
  }
}
