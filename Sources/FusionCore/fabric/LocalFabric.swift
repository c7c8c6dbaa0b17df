/// The world of one process.
public final class LocalFabric: Fabric {
  /// Always 0.
  public var globalRank: Int { 0 }
  /// Always 1.
  public var worldSize: Int { 1 }
  /// Always 0.
  public var localRank: Int { 0 }
  /// Always 1.
  public var localWorldSize: Int { 1 }
  /// Always 0.
  public var nodeRank: Int { 0 }
  /// One for each core at hand.
  public let defaultThreads: Int
  /// Threads that this process may keep busy.
  public var threads: Int
  /// Not needed: there is no other process.
  public var exchange: BlockExchange?
  /// `local`.
  public var backend: String { "local" }

  /// Makes the world of one.
  ///
  /// - Parameter threads: threads it may keep busy; by default one per core at hand.
  public init(threads: Int = usableCores()) {
    self.threads = threads
    defaultThreads = threads
  }

  /// Returns at once.
  public func barrier() {}
  /// Gives the bytes back.
  public func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { bytes }
  /// Leaves the values as they are.
  public func allReduce(_ values: inout [Int64], _ operation: ReduceOperation) {}
  /// Leaves the values as they are.
  public func allReduce(_ values: inout [Double], _ operation: ReduceOperation) {}
  /// The bytes of this process alone.
  public func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
  /// Leaves the bytes as they are.
  public func join(_ bytes: UnsafeMutableRawBufferPointer) {}
  /// Runs `body`: all blocks are here.
  public func serve(_ exchange: BlockExchange, while body: () -> Void) { body() }
  /// A world of one.
  public func split(color: Int) -> any Fabric { LocalFabric(threads: threads) }
}
