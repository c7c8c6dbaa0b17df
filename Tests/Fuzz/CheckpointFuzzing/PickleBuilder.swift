/// Writes pickles opcode by opcode, right ones and wrong ones.
package struct PickleBuilder {
  /// What was written so far.
  package var bytes: [UInt8]

  /// Begins with the number of the protocol.
  package init(protocol number: UInt8 = 2) { bytes = [0x80, number] }

  /// An opcode without argument.
  package mutating func op(_ character: Character) {
    bytes.append(contentsOf: String(character).utf8)
  }

  /// A string.
  package mutating func text(_ text: String) {
    op("X")
    withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: text.utf8)
  }

  /// An integer.
  package mutating func int(_ value: Int) {
    bytes.append(contentsOf: [0x8A, 8])
    withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A dotted name.
  package mutating func global(_ module: String, _ name: String) {
    bytes.append(contentsOf: "c\(module)\n\(name)\n".utf8)
  }

  /// A tuple of integers.
  package mutating func ints(_ values: [Int]) {
    op("(")
    for value in values { int(value) }
    op("t")
  }

  /// A dictionary of what `body` writes, key by key and value by value.
  package mutating func dictionary(_ body: (inout PickleBuilder) -> Void) {
    op("}")
    op("(")
    body(&self)
    op("u")
  }

  /// A storage.
  package mutating func storage(_ key: String, count: Int, type: String = "FloatStorage") {
    op("(")
    text("storage")
    global("torch", type)
    text(key)
    text("cpu")
    int(count)
    op("t")
    op("Q")
  }

  /// A key and a tensor.
  package mutating func tensor(
    _ name: String, storage key: String, count: Int, offset: Int = 0, shape: [Int], strides: [Int],
    type: String = "FloatStorage"
  ) {
    text(name)
    global("torch._utils", "_rebuild_tensor_v2")
    op("(")
    storage(key, count: count, type: type)
    int(offset)
    ints(shape)
    ints(strides)
    bytes.append(0x89)
    op("}")
    op("t")
    op("R")
  }

  /// The pickle, ended.
  package mutating func finish() -> [UInt8] {
    op(".")
    return bytes
  }
}
