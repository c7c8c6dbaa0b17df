import Checkpoints
import ConfigTree
import FusionCore

/// The `plan` group: for how many ranks a merge is planned, and how fast they are taken to be.
///
/// The defaults are round numbers for one core of a server and a local disk; measure your own.
public final class PlanOptions: Component {
  /// Not named by any `_target_`: the planner reads it.
  public static var targets: [String] { ["plan"] }

  /// Numbers of ranks.
  @Parameter("ranks") public var ranks = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
  /// Bytes that a rank reads in a second.
  @Parameter("read") public var readRate = ByteRate(bytes: 2_000_000_000)
  /// Bytes that a rank writes in a second.
  @Parameter("write") public var writeRate = ByteRate(bytes: 1_000_000_000)
  /// Bytes that all ranks together read and write in a second at most: the limit of a file system
  /// that they share. Null: no limit.
  @Parameter("storage") public var storageRate: ByteRate? = nil
  /// Bytes of input that a thread merges in a second, once they are in memory.
  @Parameter("merge") public var mergeRate = ByteRate(bytes: 2_000_000_000)
  /// Billions of floating-point operations that a thread does in a second in products of matrices.
  @Parameter("gflops") public var gflops = 38.0

  /// The defaults.
  public init() {}

  /// Refuses what is no number of ranks or no speed.
  public func validate() throws {
    guard !ranks.isEmpty, ranks.allSatisfy({ (1...Self.mostRanks).contains($0) }) else {
      throw ParameterError.invalid(
        key: "ranks", value: "\(ranks)",
        requirement: "must be numbers from 1 to \(Self.mostRanks), such as [1,2,4,8]")
    }
    guard gflops > 0 else {
      throw ParameterError.invalid(
        key: "gflops", value: "\(gflops)", requirement: "must be more than 0")
    }
  }

  private static let mostRanks = 65_536
}

/// Bytes in a second.
public struct ByteRate: ConfigRepresentable, Sendable {
  /// At least 1.
  public let bytes: Int

  /// A rate of `bytes`.
  public init(bytes: Int) { self.bytes = bytes }

  /// Reads a number with a unit, such as `2GB`, or an integer.
  public static func decode(_ node: ConfigNode, key: String) throws -> ByteRate {
    switch node.value {
    case .int(let bytes) where bytes > 0: return ByteRate(bytes: bytes)
    case .string(let text):
      if let bytes = try? ByteSize.parse(text) { return ByteRate(bytes: bytes) }
    default: break
    }
    throw ParameterError.wrongType(
      key: key, expected: "the bytes of a second, such as 2GB or 500MB", node)
  }

  /// The bytes.
  public func encoded() -> ConfigNode { ConfigNode(.int(bytes)) }

  /// Seconds that so many bytes take.
  func seconds(_ count: Int) -> Double { Double(count) / Double(bytes) }
}
