import FusionCore

extension Fabric {
  /// Bytes of blocks that the processes have sent each other so far; nil where they exchange none.
  ///
  /// Every process needs to call this method.
  func exchangedBytes() throws -> Int? {
    guard let exchange else { return nil }
    var bytes = [Int64(exchange.bytesFetched)]
    try allReduce(&bytes, .sum)
    return Int(bytes[0])
  }
}
