import Tensors

/// The keys of one object, compared byte by byte.
struct KeySet {
  /// The keys, while each of them stood behind the one before: sorted keys, as most files have
  /// them, need no set.
  private var ascending: [TensorName] = []
  private var keys: Set<TensorName>?

  mutating func insert(_ key: String, in scanner: JSONScanner) throws(JSONFault) {
    let key = TensorName(key)
    if keys == nil {
      guard let last = ascending.last, !(last < key) else { return ascending.append(key) }
      keys = Set(ascending)
      ascending = []
    }
    guard keys?.insert(key).inserted == true else {
      throw scanner.fault(.duplicateKey(key.string))
    }
  }
}
