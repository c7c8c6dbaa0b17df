import FusionCore
import MPIModule

/// The processes that an MPI launcher started.
public final class MPIFabric: Fabric {
  private let communicator: Communicator
  private let placement: MPIPlacement

  /// Position of this process among all, from 0.
  public var globalRank: Int { communicator.rank }
  /// Number of processes.
  public var worldSize: Int { communicator.size }
  /// Position among the processes of this host.
  public var localRank: Int { placement.localRank }
  /// Number of processes on this host.
  public var localWorldSize: Int { placement.localSize }
  /// Position of this host among the hosts, from 0.
  public var nodeRank: Int { placement.nodeRank }
  /// This rank's share of the cores of its host.
  public let defaultThreads: Int
  /// Threads that this process may keep busy.
  public var threads: Int
  /// Where blocks of other processes are asked for, where models are dealt to processes.
  public var exchange: BlockExchange?
  /// The MPI library and its version.
  public let backend: String

  /// Takes the processes of `communicator` as the world.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  ///
  /// - Throws: `MPIError`.
  public convenience init(_ communicator: Communicator) throws {
    let placement = try communicator.placement()
    try self.init(
      communicator, placement,
      threads: max(min(usableCores(), installedCores() / placement.localSize), 1))
  }

  private init(_ communicator: Communicator, _ placement: MPIPlacement, threads: Int) throws {
    self.communicator = communicator
    self.placement = placement
    defaultThreads = threads
    self.threads = threads
    backend = try MPILibrary.name()
  }

  /// Waits, asleep, until every process is here.
  public func barrier() throws { try communicator.barrier() }

  /// Gives every process the bytes that `root` holds; the others wait asleep.
  public func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    var bytes = bytes
    try communicator.broadcast(&bytes, root: root, sleeping: true)
    return bytes
  }

  /// Combines integers element by element.
  public func allReduce(_ values: inout [Int64], _ operation: ReduceOperation) throws {
    try communicator.allReduce(
      &values, op: reduction(operation), sleeping: values.count <= Self.fewElements)
  }

  /// Combines numbers element by element; a sum depends on the number of processes.
  public func allReduce(_ values: inout [Double], _ operation: ReduceOperation) throws {
    try communicator.allReduce(
      &values, op: reduction(operation), sleeping: values.count <= Self.fewElements)
  }

  /// Gives every process the bytes of all, in rank order; who comes early waits asleep.
  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try communicator.barrier()
    return try communicator.allGatherV(bytes)
  }

  /// Unites buffers in which every byte is zero except at its owner.
  public func join(_ bytes: UnsafeMutableRawBufferPointer) throws {
    try communicator.allReduce(bytes.bindMemory(to: UInt8.self), op: .bitwiseOr)
  }

  /// Runs `body` on another thread and carries blocks between the processes on this one.
  public func serve(_ exchange: BlockExchange, while body: () -> Void) throws {
    let carrier = BlockCarrier(communicator, exchange, threads: threads)
    defer { carrier.end() }
    try exchange.run(body) { try carrier.run() }
  }

  /// Cuts the world into groups of equal `color`.
  public func split(color: Int) throws -> any Fabric {
    // A colour was given, so every process is in some group.
    guard let part = try communicator.split(color: color, key: globalRank) else { return self }
    // The other groups need their share of the cores and the memory of the host too.
    var placement = try part.placement()
    placement.localSize = self.placement.localSize
    return try MPIFabric(part, placement, threads: defaultThreads)
  }

  /// A few numbers are what ranks wait for while others still work: they wait asleep.
  private static let fewElements = 64

  private func reduction<Element>(_ operation: ReduceOperation) -> MPIReduction<Element> {
    switch operation {
    case .sum: .sum
    case .min: .min
    case .max: .max
    }
  }
}
