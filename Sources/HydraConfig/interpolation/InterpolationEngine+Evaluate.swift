import ConfigTree
import OrderedCollections

// MARK: - Resolving one node

extension InterpolationEngine {
  /// The container that an interpolation leads to; `nil` if it leads elsewhere or nowhere.
  func targetContainer(of node: TreeNode) -> TreeNode? {
    guard let target = try? dereference(node), target.isContainer else { return nil }
    return target
  }

  /// The node that an interpolation stands for: a node of the tree, or a new one for a computed value.
  /// A node without interpolation stands for itself.
  func dereference(_ node: TreeNode) throws(InterpolationFailure) -> TreeNode {
    var memo: Memo = []
    return try dereference(node, memo: &memo)
  }

  func dereference(
    _ node: TreeNode, memo: inout Memo
  ) throws(InterpolationFailure) -> TreeNode {
    guard let text = node.interpolation else { return node }
    guard let parent = node.parent else { return node }
    guard memo.count <= 8 * limits.depth else { throw InterpolationFailure(.cycle, at: node) }
    evaluations += 1
    guard evaluations <= limits.evaluations else { throw InterpolationFailure(.tooLarge, at: node) }
    let syntax = try parse(text, at: node)
    do {
      let scope = Scope(container: parent, node: node)
      if let single = syntax.single {
        return try evaluate(single, in: scope, memo: &memo).asNode(at: node)
      }
      return try Evaluated.value(.string(join(syntax, in: scope, memo: &memo))).asNode(at: node)
    } catch {
      throw error.located(at: node)
    }
  }

  /// Where an interpolation is evaluated: the container that relative paths start from, and the node
  /// that holds the text.
  struct Scope {
    let container: TreeNode
    let node: TreeNode
  }

  func parse(_ text: String, at node: TreeNode?) throws(InterpolationFailure) -> InterpolatedText {
    if let known = parsed[text] { return known }
    do {
      let syntax = try InterpolationParser.parse(text)
      parsed[text] = syntax
      return syntax
    } catch {
      throw InterpolationFailure(.syntax(error.message), at: node)
    }
  }

  private func join(
    _ text: InterpolatedText, in scope: Scope, memo: inout Memo
  ) throws(InterpolationFailure) -> String {
    var result = ""
    for piece in text.pieces {
      switch piece {
      case .literal(let literal): result += literal
      case .interpolation(let interpolation):
        result += try evaluate(interpolation, in: scope, memo: &memo).pythonText
      }
      guard result.utf8.count <= limits.resolvedBytes else {
        throw InterpolationFailure(.tooLarge, at: scope.node)
      }
    }
    return result
  }

  func evaluate(
    _ interpolation: Interpolation, in scope: Scope, memo: inout Memo
  ) throws(InterpolationFailure) -> Evaluated {
    guard resolverDepth <= 8 * limits.depth else { throw InterpolationFailure(.cycle, at: nil) }
    resolverDepth += 1
    defer { resolverDepth -= 1 }
    switch interpolation {
    case .node(let tokens):
      var path = ""
      for token in tokens { path += try text(of: token, in: scope, memo: &memo) }
      return .node(try node(at: path, in: scope, memo: &memo))
    case .resolver(let nameTokens, let arguments):
      var name: [String] = []
      for token in nameTokens { name.append(try text(of: token, in: scope, memo: &memo)) }
      var values: [Evaluated] = []
      for argument in arguments {
        values.append(try evaluate(argument, in: scope, memo: &memo))
      }
      return try call(name.joined(separator: "."), values, in: scope)
    }
  }

  private func text(
    of token: Interpolation.PathToken, in scope: Scope, memo: inout Memo
  ) throws(InterpolationFailure) -> String {
    switch token {
    case .text(let text): return text
    case .nested(let inner, let source):
      let value = try evaluate(inner, in: scope, memo: &memo)
      guard case .string(let text)? = value.scalar else {
        throw InterpolationFailure(
          .keyNotText(value: value.pythonText, type: value.pythonTypeName, source: source), at: nil)
      }
      return text
    }
  }

  func evaluate(
    _ element: InterpolationElement, in scope: Scope, memo: inout Memo
  ) throws(InterpolationFailure) -> Evaluated {
    switch element {
    case .constant(let value): return .value(value)
    case .text(let text):
      if let single = text.single {
        return .value(.string(try evaluate(single, in: scope, memo: &memo).pythonText))
      }
      return .value(.string(try join(text, in: scope, memo: &memo)))
    case .interpolation(let interpolation):
      return try evaluate(interpolation, in: scope, memo: &memo)
    case .list(let elements):
      var items: [ConfigNode] = []
      for element in elements {
        items.append(try evaluate(element, in: scope, memo: &memo).configNode)
      }
      return .value(.list(items))
    case .dictionary(let pairs):
      var entries = OrderedDictionary<ConfigKey, ConfigNode>()
      for (key, element) in pairs {
        guard let key else { throw InterpolationFailure(.nullKey, at: scope.node) }
        entries[key] = try evaluate(element, in: scope, memo: &memo).configNode
      }
      return .value(.dictionary(entries))
    }
  }
}

// MARK: - Looking up paths

extension InterpolationEngine {
  /// The node at an absolute path, or at one relative to the container if it starts with dots.
  private func node(
    at path: String, in scope: Scope, memo: inout Memo
  ) throws(InterpolationFailure) -> TreeNode {
    let (start, rest) = try start(of: path, from: scope.container)
    guard let found = try select(rest, in: start, throwsOnMissing: true, memo: &memo) else {
      throw InterpolationFailure(.keyNotFound(rest), at: nil)
    }
    var ancestor: TreeNode? = scope.container
    while let current = ancestor {
      guard current !== found else { throw InterpolationFailure(.parent, at: nil) }
      ancestor = current.parent
    }
    return found
  }

  func start(
    of path: String, from container: TreeNode
  ) throws(InterpolationFailure) -> (TreeNode, String) {
    guard path.hasPrefix(".") else { return (container.root, path) }
    var current = container
    var rest = path.dropFirst()
    while rest.hasPrefix(".") {
      guard let parent = current.parent else {
        throw InterpolationFailure(.outsideOfTree(path), at: nil)
      }
      current = parent
      rest = rest.dropFirst()
    }
    return (current, String(rest))
  }

  /// Walks a path, following interpolations on the way and at its end.
  func select(
    _ path: String, in start: TreeNode, throwsOnMissing: Bool, memo: inout Memo
  ) throws(InterpolationFailure) -> TreeNode? {
    guard !path.isEmpty else { return start }
    let segments = TreeNode.splitKey(path)
    var current = start
    for (position, segment) in segments.dropLast().enumerated() {
      guard let child = try child(segment, of: current, throwsOnMissing: throwsOnMissing) else {
        return nil
      }
      let target = try dereference(child, memo: &memo)
      guard target.isContainer else {
        throw InterpolationFailure(
          .notAContainer(
            path: path, node: segments[...position].joined(separator: "."),
            child: segments[position + 1]), at: nil)
      }
      current = target
    }
    guard let last = segments.last,
      let child = try child(last, of: current, throwsOnMissing: throwsOnMissing)
    else { return nil }
    guard memo.insert(ObjectIdentifier(child)).inserted else {
      throw InterpolationFailure(.cycle, at: nil)
    }
    defer { memo.remove(ObjectIdentifier(child)) }
    return try dereference(child, memo: &memo)
  }

  private func child(
    _ segment: String, of container: TreeNode, throwsOnMissing: Bool
  ) throws(InterpolationFailure) -> TreeNode? {
    switch container.child(segment) {
    case .absent: return nil
    case .notAnIndex: throw InterpolationFailure(.notAnIndex(segment), at: nil)
    case .found(let child):
      if throwsOnMissing, child.isMissing {
        throw InterpolationFailure(.missing(child.fullKey), at: nil)
      }
      return child
    }
  }
}
