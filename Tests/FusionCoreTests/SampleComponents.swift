import ConfigTree
import FusionCore
import OrderedCollections

/// A component with a parameter of every type.
class SampleComponent: Component {
  enum Mode: String, ConfigChoice {
    case fast
    case exact
  }

  class var targets: [String] {
    ["fusion_bench.method.SampleAlgorithm", "fusion_bench.method.sample.SampleAlgorithm"]
  }

  @Parameter("flag") var flag = true
  @Parameter("count") var count = 3
  @Parameter("scaling_factor") var scalingFactor = 0.3
  @Parameter("name") var name = "x"
  @Parameter("path") var path: String? = nil
  @Parameter("weights") var weights = [0.5, 0.5]
  @Parameter("mode") var mode = Mode.fast
  @Parameter("heads") var heads: OrderedDictionary<String, Int> = [:]
  @Parameter("extra") var extra = ConfigNode(.null)

  var validated = 0

  required init() {}

  func validate() throws {
    validated += 1
    if count < 0 {
      throw ParameterError.invalid(
        key: "count", value: "\(count)", requirement: "must not be negative")
    }
  }
}

/// A subclass with a parameter more.
final class LargerComponent: SampleComponent {
  override class var targets: [String] { ["fusion_bench.method.LargerAlgorithm"] }
  @Parameter("seed") var seed: Int? = 42
}

/// A component of another kind.
final class OtherComponent: Component {
  static var targets: [String] { ["fusion_bench.modelpool.OtherPool"] }
  func validate() throws {}
}

/// The nodes of a dictionary, in order.
func dictionary(_ entries: [(String, ConfigValue)], origin: ConfigOrigin? = nil) -> ConfigNode {
  var node = ConfigNode(.dictionary([:]), origin: origin)
  for (key, value) in entries { node[key] = ConfigNode(value, origin: origin) }
  return node
}

/// What the error that `body` throws says; nil when it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
