import Checkpoints
import ConfigTree
import FusionCore

/// The `fabric` group: how the work is spread. FusionBench's own fabric files are accepted.
public final class FabricOptions: Component {
  /// FusionBench's files name Lightning's class.
  public static var targets: [String] { ["lightning.Fabric", "lightning.fabric.Fabric"] }

  /// How checkpoints are read.
  public enum Input: String, ConfigChoice {
    case pread
    case mmap
    case direct
  }

  /// How the reading of models is shared.
  @Parameter("split") public var split = Split.layer
  /// Threads of each rank: `auto` shares the cores of a host among its ranks.
  @Parameter("threads") public var threads = ThreadCount.automatic
  /// How checkpoints are read.
  @Parameter("io") public var inputMode = Input.pread
  /// Bytes of the working buffers of a rank, such as `512MiB`.
  @Parameter("memory") public var memory = MemorySize.standard
  /// Whether to show progress where standard error is a terminal.
  @Parameter("progress") public var progress = true
  /// Number of processes; the launcher decides, so more than it started is an error.
  @Parameter("devices") public var devices: ConfigNode? = nil
  /// Number of hosts; the launcher decides.
  @Parameter("num_nodes") public var nodes: ConfigNode? = nil
  // What Lightning knows beside that is accepted, and named once in the log: it has no meaning here.
  @Parameter("strategy") var strategy: ConfigNode? = nil
  @Parameter("accelerator") var accelerator: ConfigNode? = nil
  @Parameter("precision") var precision: ConfigNode? = nil
  @Parameter("plugins") var plugins: ConfigNode? = nil
  @Parameter("callbacks") var callbacks: ConfigNode? = nil
  @Parameter("loggers") var loggers: ConfigNode? = nil

  /// The defaults.
  public init() {}

  /// Checks `devices`.
  public func validate() throws {
    switch devices?.value {
    case nil, .null, .string("auto"): break
    case .int(let count) where count >= -1: break
    default:
      throw ParameterError.invalid(
        key: "devices", value: devices?.yaml() ?? "", requirement: "must be a number or auto")
    }
  }

  /// Applies the options to the processes at hand.
  ///
  /// - Throws: `ParameterError` when more processes are asked for than a launcher started.
  func apply(to world: any Fabric) throws {
    if case .int(let wanted) = devices?.value, wanted > max(world.localWorldSize, 1) {
      throw ParameterError.invalid(
        key: "fabric.devices", value: "\(wanted)",
        requirement: "\(world.localWorldSize) process(es) were started on this host; "
          + "use: mpirun -n \(wanted) fusion_bench …")
    }
    if case .count(let count) = threads {
      world.threads = count
    } else {
      world.threads = world.defaultThreads
    }
    applyBuffers(threads: world.threads, ranks: world.worldSize)
    InputMode.current = InputMode(rawValue: inputMode.rawValue) ?? .pread
    if world.isGlobalZero {
      InputMode.onRefusal = { path in
        Log.line(
          "\(path): the file system refuses fabric.io=\(InputMode.current.rawValue);"
            + " such files are read by pread")
      }
    }
    let unused = [
      ("strategy", strategy), ("accelerator", accelerator), ("precision", precision),
      ("plugins", plugins), ("callbacks", callbacks), ("loggers", loggers),
    ].filter { _, node in
      switch node?.value {
      case nil, .null, .string("auto"): false
      default: true
      }
    }.map { "fabric.\($0.0)" }
    if world.isGlobalZero, !unused.isEmpty {
      Log.line("no meaning in this program: \(unused.joined(separator: ", "))")
    }
  }
}

extension FabricOptions {
  /// Says how large the buffers of a process may be that has `threads` threads and is one of `ranks`.
  func applyBuffers(threads: Int, ranks: Int) {
    WorkingMemory.bytes = memory.bytes
    // Where ranks may send each other values, more threads read than compute.
    let mayExchange = split != .layer && ranks > 1
    WorkingMemory.threads = threads * (mayExchange ? 2 : 1)
    // Without the page cache nobody reads ahead, and messages have their price: larger reads.
    WorkingMemory.largestRead =
      inputMode == .direct ? 1 << 20 : mayExchange ? 1 << 17 : WorkingMemory.customaryRead
  }
}

/// A number of threads, or `auto`.
public enum ThreadCount: ConfigRepresentable {
  case automatic
  case count(Int)

  /// The number; nil for `auto`.
  public var count: Int? {
    if case .count(let count) = self { count } else { nil }
  }

  /// Reads `auto` or a positive number.
  public static func decode(_ node: ConfigNode, key: String) throws -> ThreadCount {
    switch node.value {
    case .string("auto"): return .automatic
    case .int(let count) where (1...4096).contains(count): return .count(count)
    default: throw ParameterError.wrongType(key: key, expected: "auto or a number from 1", node)
    }
  }

  /// The word or the number.
  public func encoded() -> ConfigNode {
    switch self {
    case .automatic: ConfigNode(.string("auto"))
    case .count(let count): ConfigNode(.int(count))
    }
  }
}

/// A number of bytes for working buffers.
public struct MemorySize: ConfigRepresentable, Sendable {
  /// 512 MiB.
  public static let standard = MemorySize(bytes: WorkingMemory.standard)
  /// At least 16 MiB.
  public let bytes: Int

  /// Reads a size such as `512MiB`, or an integer.
  public static func decode(_ node: ConfigNode, key: String) throws -> MemorySize {
    let bytes: Int? =
      switch node.value {
      case .int(let bytes): bytes
      case .string(let text): try? ByteSize.parse(text)
      default: nil
      }
    guard let bytes, bytes >= 16 << 20 else {
      throw ParameterError.wrongType(
        key: key, expected: "a size of at least 16MiB, such as 512MiB", node)
    }
    return MemorySize(bytes: bytes)
  }

  /// The bytes.
  public func encoded() -> ConfigNode { ConfigNode(.int(bytes)) }
}
