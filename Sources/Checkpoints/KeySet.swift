import Tensors

/// The keys of one object, compared byte by byte.
struct KeySet {
  private var keys: Set<TensorName> = []

  mutating func insert(_ key: String, in scanner: JSONScanner) throws(JSONFault) {
    guard keys.insert(TensorName(key)).inserted else { throw scanner.fault(.duplicateKey(key)) }
  }
}
