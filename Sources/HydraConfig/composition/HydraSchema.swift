import ConfigTree

/// The types of Hydra's own configuration. Values of other types are converted or refused.
enum HydraSchema {
  indirect enum Kind {
    case any, text, optionalText, integer, optionalInteger, optionalBool, texts, runMode
    /// A dictionary of texts, or of anything.
    case textMap, optionalTextMap, anyMap
    /// A list of dictionaries of a type.
    case records(type: String)
    /// A dictionary with these keys only.
    case closed([(String, Kind)], type: String)
    /// One of Hydra's own plugins has these keys; one of a user's has what it likes.
    case plugin([(String, Kind)], type: String)
  }

  struct Violation: Error {
    var kind: String
    var text: String
    var key: String
    var origin: ConfigOrigin?
  }

  static let root: Kind = .closed(
    [
      ("mode", .runMode), ("searchpath", .texts),
      ("run", .closed([("dir", .text)], type: "RunDir")),
      ("sweep", .closed([("dir", .text), ("subdir", .text)], type: "SweepDir")),
      ("hydra_logging", .anyMap), ("job_logging", .anyMap),
      (
        "sweeper",
        .plugin(
          [
            ("_target_", .text), ("max_batch_size", .optionalInteger), ("params", .optionalTextMap),
          ],
          type: "BasicSweeperConf")
      ),
      ("launcher", .plugin([("_target_", .text)], type: "BasicLauncherConf")),
      ("callbacks", .anyMap), ("env", .any),
      (
        "help",
        .closed(
          [("app_name", .text), ("header", .text), ("footer", .text), ("template", .text)],
          type: "HelpConf")
      ),
      (
        "hydra_help",
        .closed([("hydra_help", .text), ("template", .text)], type: "HydraHelpConf")
      ),
      ("output_subdir", .optionalText),
      ("overrides", .closed([("hydra", .texts), ("task", .texts)], type: "OverridesConf")),
      ("job", job),
      ("runtime", runtime), ("verbose", .any),
    ], type: "HydraConf")

  private static let job: Kind = .closed(
    [
      ("name", .text), ("chdir", .optionalBool), ("override_dirname", .text), ("id", .text),
      ("num", .integer), ("config_name", .optionalText), ("env_set", .textMap),
      ("env_copy", .texts),
      (
        "config",
        .closed(
          [
            (
              "override_dirname",
              .closed(
                [("kv_sep", .text), ("item_sep", .text), ("exclude_keys", .texts)],
                type: "OverrideDirname")
            )
          ], type: "JobConfig")
      ),
    ], type: "JobConf")

  private static let runtime: Kind = .closed(
    [
      ("version", .text), ("version_base", .text), ("cwd", .text),
      ("config_sources", .records(type: "ConfigSourceInfo")),
      ("output_dir", .text), ("choices", .anyMap),
    ], type: "RuntimeConf")
}

// MARK: - Checking

extension HydraSchema {
  /// Checks and converts the values of a part of Hydra's configuration.
  ///
  /// - Parameters:
  ///   - node: The value at `hydra`.
  ///   - allowsUnknown: Whether keys that the schema lacks are left alone.
  static func check(_ node: TreeNode, allowsUnknown: Bool = false) throws(Violation) {
    try check(node, root, allowsUnknown)
  }

  /// The name of the type of a closed dictionary; `nil` for anything else.
  ///
  /// - Parameter key: A dotted path that starts with `hydra`.
  static func typeName(at key: String) -> String? {
    var segments = key.split(separator: ".")[...]
    guard segments.popFirst() == "hydra" else { return nil }
    var kind = root
    for segment in segments {
      guard case .closed(let fields, _) = kind,
        let field = fields.first(where: { $0.0 == segment })
      else { return nil }
      kind = field.1
    }
    switch kind {
    case .closed(_, let type), .plugin(_, let type): return type
    default: return nil
    }
  }

  private static func check(
    _ node: TreeNode, _ kind: Kind, _ allowsUnknown: Bool
  ) throws(Violation) {
    if node.isMissing || node.interpolation != nil { return }
    try checkShape(node, kind)
    switch kind {
    case .any, .anyMap, .records: break
    case .text: try convertText(node, isOptional: false)
    case .optionalText: try convertText(node, isOptional: true)
    case .integer: try convertInteger(node, isOptional: false)
    case .optionalInteger: try convertInteger(node, isOptional: true)
    case .optionalBool: try convertBool(node)
    case .runMode: try convertMode(node)
    case .texts:
      for item in node.items { try convertText(item, isOptional: false) }
    case .textMap, .optionalTextMap:
      for child in node.entries.values where !child.isMissing && child.interpolation == nil {
        try convertText(child, isOptional: false)
      }
    case .plugin(let fields, let type):
      if case .string(let target)? = node.entries["_target_"]?.scalar,
        !target.hasPrefix("hydra._internal.core_plugins.")
      {
        return
      }
      try check(node, .closed(fields, type: type), allowsUnknown)
    case .closed(let fields, let type):
      for (key, child) in node.entries {
        guard let field = fields.first(where: { key == .string($0.0) }) else {
          if allowsUnknown { continue }
          throw Violation(
            kind: "ConfigKeyError", text: "Key '\(key)' not in '\(type)'", key: child.fullKey,
            origin: child.origin)
        }
        try check(child, field.1, allowsUnknown)
      }
    }
  }

  /// Refuses a scalar in the place of a dictionary or a list.
  private static func checkShape(_ node: TreeNode, _ kind: Kind) throws(Violation) {
    guard !node.isContainer else {
      switch kind {
      case .texts where node.isDictionary, .records where node.isDictionary,
        .textMap where !node.isDictionary, .optionalTextMap where !node.isDictionary,
        .anyMap where !node.isDictionary, .closed where !node.isDictionary:
        throw violation(node, "Cannot merge DictConfig with ListConfig")
      case .records(let type):
        for item in node.items where !item.isDictionary { throw subclassError(item, type) }
      default: break
      }
      return
    }
    let name = Evaluated.node(node).pythonTypeName
    switch kind {
    case .any, .plugin, .text, .optionalText, .integer, .optionalInteger, .optionalBool, .runMode:
      return
    case .optionalTextMap where node.isNull: return
    case _ where node.isNull: throw nullError(node)
    case .texts, .records:
      throw violation(
        node, "Invalid value assigned: \(name) is not a ListConfig, list or tuple.")
    case .textMap, .optionalTextMap:
      throw violation(node, "Cannot assign \(name) to Dict[str, str]")
    case .anyMap: throw violation(node, "Cannot assign \(name) to Dict[str, Any]")
    case .closed(_, let type): throw subclassError(node, type)
    }
  }

  private static func subclassError(_ node: TreeNode, _ type: String) -> Violation {
    let value = Evaluated.node(node)
    return violation(
      node,
      "Invalid type assigned: \(value.pythonTypeName) is not a subclass of \(type). "
        + "value: \(value.pythonText)")
  }

  private static func violation(_ node: TreeNode, _ text: String) -> Violation {
    Violation(kind: "ValidationError", text: text, key: node.fullKey, origin: node.origin)
  }

  private static func typeError(_ node: TreeNode, _ target: String) -> Violation {
    let value = Evaluated.node(node)
    return violation(
      node,
      "Value '\(value.pythonText)' of type '\(value.pythonTypeName)' could not be converted to "
        + target)
  }

  private static func nullError(_ node: TreeNode) -> Violation {
    violation(node, "field '\(node.fullKey)' is not Optional")
  }

  private static func convertText(_ node: TreeNode, isOptional: Bool) throws(Violation) {
    switch node.scalar {
    case .string?, .interpolation?, .missing?: break
    case .null?: if !isOptional { throw nullError(node) }
    case .bool?, .int?, .float?, .bigInteger?:
      node.content = .scalar(.string(Evaluated.node(node).pythonText))
    case nil:
      throw violation(
        node, "Cannot convert '\(node.typeName)' to string: '\(node.configNode.pythonText)'")
    default: break
    }
  }

  private static func convertInteger(_ node: TreeNode, isOptional: Bool) throws(Violation) {
    switch node.scalar {
    case .int?, .bigInteger?: break
    case .null?: if !isOptional { throw nullError(node) }
    case .string(let text)?:
      guard let digits = PythonNumber.integerDigits(text) else {
        throw typeError(node, "Integer")
      }
      node.content = .scalar(Int(digits).map { .int($0) } ?? .bigInteger(digits))
    default: throw typeError(node, "Integer")
    }
  }

  private static func convertBool(_ node: TreeNode) throws(Violation) {
    switch node.scalar {
    case .bool?, .null?: break
    case .int(let number)?: node.content = .scalar(.bool(number != 0))
    case .string(let text)?:
      switch text.lowercased() {
      case "yes", "y", "on", "true", "1": node.content = .scalar(.bool(true))
      case "no", "n", "off", "false", "0": node.content = .scalar(.bool(false))
      default: throw boolError(node)
      }
    default: throw boolError(node)
    }
  }

  private static func boolError(_ node: TreeNode) -> Violation {
    let value = Evaluated.node(node)
    return violation(
      node, "Value '\(value.pythonText)' is not a valid bool (type \(value.pythonTypeName))")
  }

  private static func convertMode(_ node: TreeNode) throws(Violation) {
    switch node.scalar {
    case .null?: break
    case .string(let text)?:
      let name = text.hasPrefix("RunMode.") ? String(text.dropFirst(8)) : text
      guard RunMode(rawValue: name) != nil else {
        throw violation(
          node, "Invalid value '\(text)', expected one of [RUN, MULTIRUN]")
      }
      node.content = .scalar(.string(name))
    case .int(1)?: node.content = .scalar(.string("RUN"))
    case .int(2)?: node.content = .scalar(.string("MULTIRUN"))
    case .int?, .bool?:
      throw violation(
        node,
        "Invalid value '\(Evaluated.node(node).pythonText)', expected one of [RUN, MULTIRUN]")
    default:
      let value = Evaluated.node(node)
      throw violation(
        node,
        "Value \(value.pythonText) (\(value.pythonTypeName)) is not a valid input for "
          + "<enum 'RunMode'>")
    }
  }
}
