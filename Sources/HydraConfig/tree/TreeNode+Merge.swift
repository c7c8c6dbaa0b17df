import ConfigTree

/// What cannot be merged.
struct MergeConflict: Error {
  enum Reason {
    /// A dictionary and a list met.
    case dictionaryWithList
    /// A key that a closed tree does not have.
    case unknownKey(String)
  }

  var reason: Reason
  /// The path of the place in the lower tree.
  var key: String
  var origin: ConfigOrigin?
}

extension TreeNode {
  /// Lays another tree over this one: dictionaries merge key by key, lists and scalars replace, `???`
  /// never replaces a value, and a dictionary laid over an interpolation of a dictionary merges into a
  /// copy of the target.
  ///
  /// - Parameters:
  ///   - other: The upper tree. Its nodes are moved into this one.
  ///   - isClosed: Whether keys that this tree lacks are errors.
  ///   - resolver: Follows the interpolations of the lower tree.
  func merge(
    _ other: TreeNode, isClosed: Bool, resolver: InterpolationEngine
  ) throws(MergeConflict) {
    switch (content, other.content) {
    case (.dictionary, .dictionary(let upper)):
      for (key, child) in upper {
        try mergeChild(child, at: key, isClosed: isClosed, resolver: resolver)
      }
    case (.list, .list):
      assign(other)
    default:
      throw MergeConflict(reason: .dictionaryWithList, key: fullKey, origin: other.origin)
    }
  }

  private func mergeChild(
    _ upper: TreeNode, at key: ConfigKey, isClosed: Bool, resolver: InterpolationEngine
  ) throws(MergeConflict) {
    guard var lower = entries[key] else {
      guard !isClosed else {
        throw MergeConflict(
          reason: .unknownKey(key.description), key: fullKey(of: .key(key)), origin: upper.origin)
      }
      return set(key, to: upper)
    }
    if lower.interpolation != nil, let target = resolver.targetContainer(of: lower) {
      lower = target.copy()
      set(key, to: lower)
    }
    switch (lower.isContainer, upper.isContainer) {
    case (true, true):
      try lower.merge(upper, isClosed: isClosed, resolver: resolver)
    default:
      if !upper.isMissing { set(key, to: upper) }
    }
  }
}
