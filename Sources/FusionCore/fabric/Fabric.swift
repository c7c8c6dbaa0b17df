/// The processes that work on one job, and what they can say to each other.
///
/// A world of one process is a valid world (`LocalFabric`), so callers never branch on being
/// distributed. A fabric belongs to the thread that made it and is deliberately not `Sendable`.
///
/// Every collective needs to be called on all processes of the fabric, in the same order. Failing
/// to do so will cause your program to stall forever.
public protocol Fabric: AnyObject {
  /// Position of this process among all, from 0.
  var globalRank: Int { get }
  /// Number of processes.
  var worldSize: Int { get }
  /// Position among the processes of this host.
  var localRank: Int { get }
  /// Number of processes on this host, those of other groups included.
  var localWorldSize: Int { get }
  /// Position of this host among the hosts, from 0.
  var nodeRank: Int { get }
  /// Threads that this process may keep busy unless told otherwise: its share of the cores.
  var defaultThreads: Int { get }
  /// Threads that this process may keep busy.
  var threads: Int { get set }
  /// Where blocks of other processes are asked for, where models are dealt to processes; nil where
  /// every process reads all models itself. Either all processes of a fabric have one or none has.
  var exchange: BlockExchange? { get set }
  /// What carries the messages, for reports: `local`, or the MPI library and its version.
  var backend: String { get }

  /// Waits, asleep, until every process is here.
  func barrier() throws
  /// Gives every process the bytes that `root` holds, whatever their number.
  func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8]
  /// Combines integers element by element; exact, so independent of the number of processes.
  func allReduce(_ values: inout [Int64], _ operation: ReduceOperation) throws
  /// Combines numbers element by element. A floating-point sum depends on the number of processes:
  /// never let one reach an output.
  func allReduce(_ values: inout [Double], _ operation: ReduceOperation) throws
  /// Gives every process the bytes of all, in rank order.
  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]]
  /// Unites buffers of one size in which every byte is zero except at its owner, by bitwise or.
  /// Keeps -0.0 and NaN, which a sum would not.
  func join(_ bytes: UnsafeMutableRawBufferPointer) throws
  /// Cuts the world into groups of equal `color`, ranked as here. The groups exchange no blocks
  /// unless they are told to.
  func split(color: Int) throws -> any Fabric
  /// Runs `body` on another thread, and meanwhile brings the blocks that it asks for and hands out
  /// those that other processes ask for. Returns when `body` has ended on every process.
  ///
  /// - Throws: when messages cannot be carried.
  func serve(_ exchange: BlockExchange, while body: () -> Void) throws
}

extension Fabric {
  /// Whether this is the process that prints, evaluates and writes reports.
  public var isGlobalZero: Bool { globalRank == 0 }

  /// Threads for work that reads models: more than cores where they wait for other processes.
  public var readingThreads: Int { exchange == nil ? threads : 2 * threads }
}
