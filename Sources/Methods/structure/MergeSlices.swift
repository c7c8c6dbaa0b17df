import ConfigTree
import FusionCore

/// The `slices` of a mergekit recipe: which layers of which model follow one another.
public struct MergeSlices: ConfigRepresentable, Sendable, Equatable {
  /// A factor for tensors whose names hold a text; for all, where there is none.
  public struct Scale: Sendable, Equatable {
    /// What a tensor's name must contain; nil for any.
    public let filter: String?
    /// The factor.
    public let value: Double

    /// Sets both.
    public init(filter: String? = nil, value: Double) {
      self.filter = filter
      self.value = value
    }
  }

  /// A run of layers of one model.
  public struct Source: Sendable, Equatable {
    /// The model's name in the pool.
    public let model: String
    /// Its layers, without the upper bound.
    public let layers: Range<Int>
    /// Factors; the first whose filter fits a tensor counts, and 1 where none does.
    public let scales: [Scale]

    /// Names a run of layers.
    public init(model: String, layers: Range<Int>, scales: [Scale] = []) {
      self.model = model
      self.layers = layers
      self.scales = scales
    }

    /// The factor for a tensor.
    func scale(of name: String) -> Double {
      scales.first { $0.filter.map(name.contains) ?? true }?.value ?? 1
    }
  }

  /// The runs, in order.
  public var sources: [Source]

  /// Makes a list of runs.
  public init(_ sources: [Source]) { self.sources = sources }

  /// Reads a list of `{sources: [{model: a, layer_range: [0, 8]}]}`; null is an empty list.
  public static func decode(_ node: ConfigNode, key: String) throws -> MergeSlices {
    if node.isNull { return MergeSlices([]) }
    guard let slices = node.list else {
      throw ParameterError.wrongType(
        key: key, expected: "a list of {sources: [{model: a, layer_range: [0, 8]}]}", node)
    }
    return MergeSlices(
      try slices.enumerated().map { position, slice in
        let key = "\(key)[\(position)]"
        try only(["sources"], in: slice, key: key)
        guard let sources = slice["sources"]?.list, sources.count == 1 else {
          throw ParameterError.wrongType(
            key: "\(key).sources",
            expected: "a list of one source: layers are passed through, "
              + "not merged", slice["sources"] ?? slice)
        }
        return try source(sources[0], key: "\(key).sources[0]")
      })
  }

  /// The list.
  public func encoded() -> ConfigNode {
    ConfigNode(
      .list(
        sources.map { source in
          var node = ConfigNode.emptyDictionary
          node["model"] = source.model.encoded()
          node["layer_range"] = [source.layers.lowerBound, source.layers.upperBound].encoded()
          if !source.scales.isEmpty {
            var parameters = ConfigNode.emptyDictionary
            parameters["scale"] = ConfigNode(.list(source.scales.map { $0.encoded() }))
            node["parameters"] = parameters
          }
          var slice = ConfigNode.emptyDictionary
          slice["sources"] = ConfigNode(.list([node]))
          return slice
        }))
  }

  private static func source(_ node: ConfigNode, key: String) throws -> Source {
    try only(["model", "layer_range", "parameters"], in: node, key: key)
    let model = try String.decode(node["model"] ?? ConfigNode(.null), key: "\(key).model")
    let range = try [Int].decode(
      node["layer_range"] ?? ConfigNode(.null), key: "\(key).layer_range")
    guard range.count == 2, 0 <= range[0], range[0] < range[1] else {
      throw ParameterError.wrongType(
        key: "\(key).layer_range", expected: "[first, end] with 0 <= first < end",
        node["layer_range"] ?? node)
    }
    var scales: [Scale] = []
    if let parameters = node["parameters"] {
      try only(["scale"], in: parameters, key: "\(key).parameters")
      if let scale = parameters["scale"] {
        scales = try decodeScales(scale, key: "\(key).parameters.scale")
      }
    }
    return Source(model: model, layers: range[0]..<range[1], scales: scales)
  }

  private static func decodeScales(_ node: ConfigNode, key: String) throws -> [Scale] {
    guard let list = node.list else { return [Scale(value: try Double.decode(node, key: key))] }
    return try list.enumerated().map { position, node in
      let key = "\(key)[\(position)]"
      guard node.dictionary != nil else {
        throw ParameterError.wrongType(key: key, expected: "{filter: TEXT, value: NUMBER}", node)
      }
      try only(["filter", "value"], in: node, key: key)
      let filter = try node["filter"].map { try String.decode($0, key: "\(key).filter") }
      return Scale(
        filter: filter == "*" ? nil : filter,
        value: try Double.decode(node["value"] ?? ConfigNode(.null), key: "\(key).value"))
    }
  }

  /// Refuses keys that nothing reads.
  private static func only(_ keys: [String], in node: ConfigNode, key: String) throws {
    guard let entries = node.dictionary else {
      throw ParameterError.wrongType(key: key, expected: "a dictionary", node)
    }
    for name in entries.keys.map(\.description) where !keys.contains(name) {
      throw ParameterError.invalid(
        key: key, value: name, requirement: "is not known here; known are \(keys)")
    }
  }
}

extension MergeSlices.Scale {
  fileprivate func encoded() -> ConfigNode {
    var node = ConfigNode.emptyDictionary
    if let filter { node["filter"] = filter.encoded() }
    node["value"] = value.encoded()
    return node
  }
}
