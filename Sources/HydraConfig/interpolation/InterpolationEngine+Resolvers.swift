import ConfigTree
import OrderedCollections

extension InterpolationEngine {
  /// Calls a resolver by name.
  func call(
    _ name: String, _ arguments: [Evaluated], in scope: Scope
  ) throws(InterpolationFailure) -> Evaluated {
    switch name {
    case "oc.env": return try env(arguments)
    case "oc.select": return try select(arguments, in: scope)
    case "oc.decode": return try decode(arguments, in: scope)
    case "oc.create": return try create(arguments, in: scope)
    case "oc.deprecated": return try deprecated(arguments, in: scope)
    case "oc.dict.keys":
      let source = try dictionary(arguments, name, in: scope)
      let keys = source.entries.keys.map { ConfigNode(Self.value(of: $0)) }
      return placed(ConfigNode(.list(keys)), in: scope)
    case "oc.dict.values": return try values(arguments, in: scope)
    case "now":
      try expect(1...1, arguments, name)
      return .value(.string(context.now(arguments[0].pythonText)))
    case "hydra": return try hydra(arguments)
    case "python_version": return try pythonVersion(arguments)
    default: throw InterpolationFailure(.unknownResolver(name), at: nil)
    }
  }

  private func fail(_ exception: String, _ text: String) -> InterpolationFailure {
    InterpolationFailure(.resolver(exception: exception, text), at: nil)
  }

  private func expect(
    _ range: ClosedRange<Int>, _ arguments: [Evaluated], _ name: String
  ) throws(InterpolationFailure) {
    guard !range.contains(arguments.count) else { return }
    let allowed =
      range.lowerBound == range.upperBound
      ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw fail("TypeError", "\(name) takes \(allowed) arguments but \(arguments.count) were given")
  }

  /// A computed list or dictionary that takes the place of the node that asked for it.
  private func placed(_ value: ConfigNode, in scope: Scope) -> Evaluated {
    let node = TreeNode(value)
    node.attach(to: scope.node.parent, step: scope.node.step)
    return .node(node)
  }

  private static func value(of key: ConfigKey) -> ConfigValue {
    switch key {
    case .string(let text): ConfigValue(text: text)
    case .int(let number): .int(number)
    case .float(let number): .float(number)
    case .bool(let flag): .bool(flag)
    }
  }
}

// MARK: - oc.*

extension InterpolationEngine {
  private func env(_ arguments: [Evaluated]) throws(InterpolationFailure) -> Evaluated {
    try expect(1...2, arguments, "oc.env")
    let name = arguments[0].pythonText
    if let value = context.environment(name) { return .value(.string(value)) }
    guard arguments.count == 2 else {
      throw fail("KeyError", "\"Environment variable '\(name)' not found\"")
    }
    return arguments[1].scalar == .null ? .value(.null) : .value(.string(arguments[1].pythonText))
  }

  /// The node at a key, which may be relative; `nil` where there is none.
  private func lookUp(
    _ key: String, in scope: Scope, throwsOnMissing: Bool = false
  ) throws(InterpolationFailure) -> TreeNode? {
    let (start, rest) = try start(of: key, from: scope.container)
    var memo: Memo = [ObjectIdentifier(scope.node)]
    do {
      return try select(rest, in: start, throwsOnMissing: throwsOnMissing, memo: &memo)
    } catch {
      switch error.reason {
      case .notAContainer, .notAnIndex: return nil
      default: throw error
      }
    }
  }

  private func select(
    _ arguments: [Evaluated], in scope: Scope
  ) throws(InterpolationFailure) -> Evaluated {
    try expect(1...2, arguments, "oc.select")
    let found = try lookUp(arguments[0].pythonText, in: scope)
    guard let found, !found.isMissing else {
      return arguments.count == 2 ? arguments[1] : .value(.null)
    }
    return .node(found)
  }

  private func decode(
    _ arguments: [Evaluated], in scope: Scope
  ) throws(InterpolationFailure) -> Evaluated {
    try expect(1...1, arguments, "oc.decode")
    switch arguments[0].scalar {
    case .null?: return .value(.null)
    case .string(let text)?, .interpolation(let text)?:
      do {
        let element = try InterpolationParser.parseElement(text)
        var memo: Memo = [ObjectIdentifier(scope.node)]
        let result = try evaluate(element, in: scope, memo: &memo)
        return result
      } catch let error as InterpolationSyntaxError {
        throw fail("GrammarParseError", error.message)
      } catch let error as InterpolationFailure {
        throw error
      } catch {
        throw fail("GrammarParseError", "\(error)")
      }
    default:
      throw fail(
        "TypeError",
        "`oc.decode` can only take strings or None as input, but `\(arguments[0].pythonText)` is of "
          + "type \(arguments[0].pythonTypeName)")
    }
  }

  private func create(
    _ arguments: [Evaluated], in scope: Scope
  ) throws(InterpolationFailure) -> Evaluated {
    try expect(1...1, arguments, "oc.create")
    let value = arguments[0].configNode
    guard value.value.isContainer else {
      throw fail(
        "ValidationError",
        "Object of unsupported type: '\(arguments[0].pythonTypeName)'")
    }
    return placed(value, in: scope)
  }

  private func deprecated(
    _ arguments: [Evaluated], in scope: Scope
  ) throws(InterpolationFailure) -> Evaluated {
    try expect(1...2, arguments, "oc.deprecated")
    guard case .string(let key)? = arguments[0].scalar else {
      throw fail(
        "TypeError",
        "oc.deprecated: interpolation key type is not a string (\(arguments[0].pythonTypeName))")
    }
    let oldKey = scope.node.fullKey
    guard let target = try lookUp(key, in: scope) else {
      throw fail(
        "ConfigKeyError", "In oc.deprecated resolver at '\(oldKey)': Key not found: '\(key)'")
    }
    let message =
      arguments.count == 2
      ? arguments[1].pythonText
      : "'$OLD_KEY' is deprecated. Change your code and config to use '$NEW_KEY'"
    warnings.append(
      Self.substitute(message, ["OLD_KEY": oldKey, "NEW_KEY": target.fullKey]))
    return .node(target)
  }

  private static func substitute(_ text: String, _ names: [String: String]) -> String {
    var result = text
    for name in names.keys.sorted() {
      let pieces = result.split(separator: "$" + name, omittingEmptySubsequences: false)
      result = pieces.joined(separator: names[name] ?? "")
    }
    return result
  }

  private func dictionary(
    _ arguments: [Evaluated], _ name: String, in scope: Scope
  ) throws(InterpolationFailure) -> TreeNode {
    try expect(1...1, arguments, name)
    guard case .string(let key)? = arguments[0].scalar else {
      throw fail(
        "TypeError",
        "`\(name)` requires a string as input, but obtained `\(arguments[0].pythonText)` of type: "
          + arguments[0].pythonTypeName)
    }
    guard let found = try lookUp(key, in: scope, throwsOnMissing: true) else {
      throw fail("ConfigKeyError", "Key not found: '\(key)'")
    }
    guard found.isDictionary else {
      let type = found.isList ? "ListConfig" : Evaluated.node(found).pythonTypeName
      throw fail("TypeError", "`\(name)` cannot be applied to objects of type: \(type)")
    }
    return found
  }

  /// A list of interpolations, one per entry, so that each keeps its place in the tree.
  private func values(
    _ arguments: [Evaluated], in scope: Scope
  ) throws(InterpolationFailure) -> Evaluated {
    let source = try dictionary(arguments, "oc.dict.values", in: scope)
    let key = arguments[0].pythonText
    let prefix = key.hasPrefix(".") ? "." + key : key
    let items = source.entries.keys.map { ConfigNode(.interpolation("${\(prefix).\($0)}")) }
    return placed(ConfigNode(.list(items)), in: scope)
  }
}

// MARK: - Hydra's

extension InterpolationEngine {
  private func hydra(_ arguments: [Evaluated]) throws(InterpolationFailure) -> Evaluated {
    try expect(1...1, arguments, "hydra")
    guard let root = compositionTree, let start = root.entries["hydra"] else {
      throw fail("ValueError", "HydraConfig was not set")
    }
    let path = arguments[0].pythonText
    var memo: Memo = []
    let found: TreeNode?
    do {
      found = try select(path, in: start, throwsOnMissing: false, memo: &memo)
    } catch {
      switch error.reason {
      case .notAContainer, .notAnIndex: return .value(.null)
      default: throw error
      }
    }
    guard let found, !found.isMissing else { return .value(.null) }
    return .node(found)
  }

  private func pythonVersion(_ arguments: [Evaluated]) throws(InterpolationFailure) -> Evaluated {
    try expect(0...1, arguments, "python_version")
    let level = arguments.first?.pythonText ?? "minor"
    switch level {
    case "major": return .value(.string("3"))
    case "minor": return .value(.string("3.11"))
    case "micro": return .value(.string("3.11.0"))
    default:
      throw fail(
        "ValueError", "Unsupported level '\(level)'; expected one of: major, minor, micro")
    }
  }
}
