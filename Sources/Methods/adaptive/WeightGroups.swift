import Tensors

/// Which tensors of a model share their weights.
struct WeightGroups: Sendable {
  /// The groups' names, in the order in which the model's tensors bring them up.
  let names: [String]
  /// For every tensor its group.
  let ofTensor: [Int]

  /// Sorts tensors into groups.
  ///
  /// - Parameter isLayerWise: whether every numbered layer is a group of its own, and all tensors
  ///   outside of layers one more; else all tensors are one group.
  init(_ manifest: Manifest, isLayerWise: Bool) {
    guard isLayerWise else {
      names = ["all"]
      ofTensor = manifest.tensors.map { _ in 0 }
      return
    }
    var names: [String] = []
    var groups: [String: Int] = [:]
    ofTensor = manifest.tensors.map { tensor in
      let name = Self.layer(of: tensor.name.string) ?? "other"
      if let group = groups[name] { return group }
      groups[name] = names.count
      names.append(name)
      return names.count - 1
    }
    self.names = names
  }

  /// A name up to its first number: `encoder.layers.3`.
  private static func layer(of name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let number = parts.firstIndex(where: { LayerTable.index(String($0)) != nil }) else {
      return nil
    }
    return parts[...number].joined(separator: ".")
  }
}
