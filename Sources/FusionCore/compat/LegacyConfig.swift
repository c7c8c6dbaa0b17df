import ConfigTree
import OrderedCollections
import Wording

/// Rewrites configurations of FusionBench 0.1 as those of 0.2: a `name:` or `type:` in the place of
/// `_target_`, models and tasks as lists.
public enum LegacyConfig {
  /// The names that `name:` of methods, or `type:` of pools, had in 0.1.
  public static func names(role: String) -> [String] { table(role).map(\.name) }

  fileprivate static func table(_ role: String) -> [(name: String, target: String)] {
    switch role {
    case "method": LegacyNames.methods
    case "modelpool": LegacyNames.modelpools
    default: LegacyNames.taskpools
    }
  }

  /// The configuration as 0.2 writes it.
  ///
  /// - Parameters:
  ///   - role: `method`, `modelpool` or `taskpool`.
  ///   - deprecation: receives one line, with the new spelling, where anything was rewritten.
  /// - Throws: `ParameterError` for names that 0.1 did not have, and for lists that it refused.
  public static func modernised(
    _ node: ConfigNode, role: String, deprecation: (String) -> Void
  ) throws -> ConfigNode {
    guard node.dictionary != nil else { return node }
    var rewriter = LegacyRewriter(node: node, role: role)
    try rewriter.rewriteTarget()
    switch role {
    case "modelpool": try rewriter.rewriteModels()
    case "taskpool": try rewriter.rewriteTasks()
    default: break
    }
    if let line = rewriter.line { deprecation(line) }
    return rewriter.node
  }
}

/// Rewrites one configuration and remembers how the parts are written now.
private struct LegacyRewriter {
  var node: ConfigNode
  let role: String
  private var old: [String] = []
  private var new: [String] = []
  private var dropped: [String] = []

  init(node: ConfigNode, role: String) {
    self.node = node
    self.role = role
  }

  /// What to tell the user; nil where nothing was rewritten.
  var line: String? {
    guard !old.isEmpty else { return nil }
    let ignored =
      dropped.isEmpty ? "" : " (no meaning any more: \(dropped.joined(separator: ", ")))"
    return "deprecated (FusionBench 0.1): \(old.joined(separator: ", "));"
      + " write \(new.joined(separator: ", "))\(ignored)"
  }

  /// Puts `_target_` in the place of `name:` or `type:`, and a class's present name in that of an
  /// old one.
  mutating func rewriteTarget() throws {
    if let target = node["_target_"] {
      let name = target.string.map(shortName)
      guard let alias = LegacyNames.aliases.first(where: { $0.name == name }) else { return }
      replace("_target_", by: alias.target, origin: target.origin)
      return
    }
    let key = role == "method" ? "name" : "type"
    let table = LegacyConfig.table(role)
    guard let name = node[key]?.string else { return }
    guard let entry = table.first(where: { $0.name == name }) else {
      throw ParameterError.unknownLegacyName(
        name, key: "\(role).\(key)",
        didYouMean: nearest(to: name, among: table.map(\.name), limit: 3), node[key]?.origin)
    }
    replace(key, by: entry.target, origin: node[key]?.origin)
  }

  /// Makes a dictionary of a list of `{name, path}`.
  ///
  /// In 0.1 a name was special when it began or ended with an underscore; now it must do both, so
  /// underscores are added.
  mutating func rewriteModels() throws {
    if let dtype = node["dtype"], !old.isEmpty {
      node["dtype"] = nil
      var arguments = node["model_kwargs"] ?? .emptyDictionary
      arguments["torch_dtype"] = dtype
      node["model_kwargs"] = arguments
      new.append("\(role).model_kwargs.torch_dtype=\(dtype.string ?? dtype.pythonLiteral)")
    }
    guard let items = try namedItems("models") else { return }
    var models = ConfigNode.emptyDictionary
    models.origin = node["models"]?.origin
    for (name, item) in items {
      let isSpecial = name.hasPrefix("_") || name.hasSuffix("_")
      let present =
        isSpecial
        ? (name.hasPrefix("_") ? "" : "_") + name + (name.hasSuffix("_") ? "" : "_") : name
      if models[present] != nil { throw twice(present, "models") }
      models[present] =
        item["path"].map { path in
          item.dictionary?.count == 1 ? path : item
        } ?? item
    }
    node["models"] = models
    old.append("\(role).models as a list")
    new.append("\(role).models=\(summary(models))")
  }

  /// Makes `test_datasets` of a list of tasks, and moves what 0.2 has elsewhere.
  mutating func rewriteTasks() throws {
    if let items = try namedItems("tasks") {
      var datasets = ConfigNode.emptyDictionary
      datasets.origin = node["tasks"]?.origin
      for (name, item) in items {
        if datasets[name] != nil { throw twice(name, "tasks") }
        let dataset = item["dataset"] ?? item
        datasets[name] = present(dataset)
      }
      node["tasks"] = nil
      node["test_datasets"] = datasets
      old.append("\(role).tasks")
      new.append("\(role).test_datasets=\(summary(datasets))")
    }
    guard !old.isEmpty else { return }
    for key in ["batch_size", "num_workers"] {
      guard let value = node[key] else { continue }
      node[key] = nil
      var options = node["dataloader_kwargs"] ?? .emptyDictionary
      options[key] = value
      node["dataloader_kwargs"] = options
      new.append("\(role).dataloader_kwargs.\(key)")
    }
    if let model = node["clip_model"], model.string != nil, node["base_model"] == nil {
      node["clip_model"] = nil
      node["base_model"] = model
      new.append("\(role).base_model")
    }
    for key in ["dataset_type", "name", "corruption"] where node[key] != nil {
      node[key] = nil
      dropped.append("\(role).\(key)")
    }
  }

  /// The items of a list, each a dictionary with a name; nil where the key holds no such list.
  private func namedItems(_ key: String) throws -> [(name: String, item: ConfigNode)]? {
    guard let items = node[key]?.list, !items.isEmpty,
      items.allSatisfy({ $0.dictionary?["name"] != nil })
    else { return nil }
    return try items.enumerated().map { position, item in
      guard let name = item["name"], let text = name.string else {
        throw ParameterError.wrongType(
          key: "\(role).\(key)[\(position)].name", expected: "a string", item["name"] ?? item)
      }
      var rest = item
      rest["name"] = nil
      return (text, rest)
    }
  }

  /// A data set as 0.2 describes it.
  private func present(_ dataset: ConfigNode) -> ConfigNode {
    guard let path = dataset["path"] ?? dataset["name"] else { return dataset }
    var node = ConfigNode.emptyDictionary
    node["path"] = path
    node["split"] = dataset["split"]
    return node
  }

  private mutating func replace(_ key: String, by target: String, origin: ConfigOrigin?) {
    old.append("\(role).\(key)=\(node[key]?.string ?? "")")
    new.append("\(role)._target_=\(target)")
    var rewritten = OrderedDictionary<ConfigKey, ConfigNode>()
    rewritten["_target_"] = ConfigNode(.string(target), origin: origin)
    for (name, value) in node.dictionary ?? [:] where name != .string(key) {
      rewritten[name] = value
    }
    node.value = .dictionary(rewritten)
  }

  private func twice(_ name: String, _ key: String) -> ParameterError {
    .invalid(key: "\(role).\(key)", value: name, requirement: "the name is given twice")
  }

  private func summary(_ node: ConfigNode) -> String {
    let parts = (node.dictionary ?? [:]).map { name, value in
      "\(name): \(value.string ?? value.pythonLiteral)"
    }
    return "{\(parts.joined(separator: ", "))}"
  }
}
