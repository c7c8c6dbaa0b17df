/// A block that was asked for and has not been waited for.
///
/// The destination must stay until `BlockExchange.wait` has returned or thrown.
public final class BlockFetch: @unchecked Sendable {
  /// What is wanted.
  public let block: Block
  /// The process that holds it.
  public let owner: Int
  /// Where it goes; as many bytes as the block has, at least one.
  public let destination: UnsafeMutableRawBufferPointer
  /// What came of it; guarded by the exchange.
  var outcome: Result<Void, any Error>?

  init(_ block: Block, of owner: Int, into destination: UnsafeMutableRawBufferPointer) {
    self.block = block
    self.owner = owner
    self.destination = destination
  }
}
