import ConfigTree
import FusionCore
import Testing

/// A component that keeps another one's configuration.
final class OuterComponent: Component {
  static var targets: [String] { ["fusion_bench.method.OuterAlgorithm"] }
  @Parameter("base_method") var baseMethod = ConfigNode(.null)
  @Parameter("alpha") var alpha = 1.0
  func validate() throws {}
}

@Suite struct InstantiateTests {
  private let registry = Registry([
    SampleComponent.self, LargerComponent.self, OtherComponent.self, OuterComponent.self,
  ])

  private func sample(_ entries: [(String, ConfigValue)]) throws -> SampleComponent {
    try registry.make(
      dictionary([("_target_", .string("SampleAlgorithm"))] + entries), role: "method")
  }

  private func refused(_ entries: [(String, ConfigValue)]) -> String? {
    message { _ = try sample(entries) }
  }

  private func list(_ values: ConfigValue...) -> ConfigValue {
    .list(values.map { ConfigNode($0) })
  }

  @Test("_args_ sets parameters by position, in the order of their declaration")
  func positions() throws {
    let made = try sample([("_args_", list(.bool(false), .int(7))), ("name", .string("y"))])
    #expect(!made.flag && made.count == 7 && made.name == "y" && made.scalingFactor == 0.3)
    #expect(try sample([("_args_", .null)]).count == 3)
    let larger: LargerComponent = try registry.make(
      dictionary([
        ("_target_", .string("LargerAlgorithm")),
        (
          "_args_",
          list(
            .bool(true), .int(1), .float(0.5), .string("n"), .null, list(.int(1)), .string("exact"),
            .dictionary([:]), .null, .int(9))
        ),
      ]), role: "method")
    #expect(larger.seed == 9 && larger.mode == .exact && larger.weights == [1])
  }

  @Test("_args_ that do not fit are errors with their place")
  func badPositions() {
    #expect(
      refused([("_args_", list(.bool(true), .string("x")))])
        == "method._args_[1] (count) is x, but must be an integer")
    #expect(refused([("_args_", .int(1))]) == "method._args_ is 1, but must be a list")
    #expect(
      refused([("_args_", list(.bool(true))), ("flag", .bool(true))])
        == "method.flag is given twice: by name and as method._args_[0]")
    #expect(
      refused([("_args_", list(.missing))])
        == "method._args_[0] is ???: it must be given, e.g. method._args_[0]=VALUE")
    #expect(
      message {
        _ = try registry.make(
          dictionary([
            ("_target_", .string("OuterAlgorithm")), ("_args_", list(.null, .int(1), .int(2))),
          ]), role: "method", as: OuterComponent.self)
      }
        == "method._args_ has 3 value(s), but fusion_bench.method.OuterAlgorithm takes 2 at most: base_method, alpha"
    )
  }

  @Test("every _convert_ of Hydra is accepted, in any case of letters; others are not")
  func conversions() throws {
    for word in ["none", "partial", "object", "all", "ALL", "Partial"] {
      #expect(try sample([("_convert_", .string(word))]).count == 3)
    }
    #expect(
      refused([("_convert_", .string("some"))])
        == "method._convert_ is some, but must be one of none, partial, object, all")
    #expect(
      refused([("_convert_", .null)])
        == "method._convert_ is null, but must be one of none, partial, object, all")
  }

  @Test("_recursive_ and _partial_ are true or false")
  func flags() {
    #expect(
      refused([("_recursive_", .string("yes"))])
        == "method._recursive_ is 'yes', but must be a bool")
    #expect(refused([("_partial_", .int(0))]) == "method._partial_ is 0, but must be a bool")
    #expect(refused([("_partial_", .bool(false))]) == nil)
  }

  @Test("_partial_ is refused where nothing could call the result")
  func partialRefused() {
    let origin = ConfigOrigin(source: "a.yaml", line: 3)
    #expect(
      message {
        let node = dictionary(
          [("_target_", .string("SampleAlgorithm")), ("_partial_", .bool(true))], origin: origin)
        _ = try registry.make(node, role: "method", as: SampleComponent.self)
      }
        == "a.yaml:3: method._partial_ is true, but nothing here could call what would be made; remove it or set it to false"
    )
  }

  @Test("a factory holds the configuration and makes components later")
  func factory() throws {
    let node = dictionary([
      ("_target_", .string("SampleAlgorithm")), ("_partial_", .bool(true)), ("count", .int(-5)),
    ])
    let factory = try registry.factory(node, role: "method", as: SampleComponent.self)
    #expect(try factory.make(dictionary([("count", .int(5))])).count == 5)
    let one = try factory.make(dictionary([("count", .int(1)), ("name", .string("z"))]))
    let two = try factory.make(dictionary([("count", .int(1))]))
    #expect(one !== two && one.name == "z" && two.name == "x")
    // What can only be told from all parameters together is told when they are all there.
    #expect(message { _ = try factory.make() } == "method.count=-5: must not be negative")
    #expect(
      message {
        _ = try registry.factory(
          dictionary([("_target_", .string("SampleAlgorithm")), ("coumt", .int(1))]),
          role: "method", as: SampleComponent.self)
      }
        == "unknown parameter 'method.coumt' of fusion_bench.method.SampleAlgorithm; did you mean 'count'?"
    )
    #expect(
      message {
        _ = try registry.factory(
          dictionary([("_target_", .string("SimpleAlgorithm"))]), role: "method",
          as: SampleComponent.self)
      }?.hasPrefix("unknown method 'SimpleAlgorithm' in _target_") == true)
  }

  private func outer(_ recursive: Bool?, _ inner: [(String, ConfigValue)]) -> ConfigNode {
    var node = dictionary([
      ("_target_", .string("fusion_bench.method.OuterAlgorithm")),
      ("base_method", dictionary(inner).value),
    ])
    node["_recursive_"] = recursive.map { ConfigNode(.bool($0)) }
    return node
  }

  @Test("what is inside is looked at for _recursive_: true only, and stays a configuration")
  func recursion() throws {
    let bad: [(String, ConfigValue)] = [
      ("_target_", .string("SampleAlgorithm")), ("count", .string("x")),
    ]
    let error = "method.base_method.count is x, but must be an integer"
    func made(_ node: ConfigNode) -> String? {
      message { _ = try registry.make(node, role: "method", as: OuterComponent.self) }
    }
    #expect(made(outer(nil, bad)) == nil && made(outer(false, bad)) == nil)
    #expect(made(outer(true, bad)) == error)
    // `instantiate` follows Hydra, where recursion is what happens unless told otherwise.
    #expect(message { _ = try registry.instantiate(outer(nil, bad), at: "method") } == error)
    #expect(message { _ = try registry.instantiate(outer(false, bad), at: "method") } == nil)
    let good =
      try registry.instantiate(
        outer(nil, [("_target_", .string("SampleAlgorithm"))])) as? OuterComponent
    #expect(good?.baseMethod["_target_"]?.string == "SampleAlgorithm")
    // What the table does not know is left to the component that takes it.
    #expect(made(outer(true, [("_target_", .string("torch.optim.Adam"))])) == nil)
  }

  @Test("_usage_ is kept, _version_ is this program's, and both are accepted")
  func usage() throws {
    let method = BaseAlgorithm()
    try method.configure(
      dictionary([("_usage_", .string("for tests")), ("_version_", .string("0.2.33"))]))
    #expect(method.config["_usage_"]?.string == "for tests")
    #expect(method.config["_version_"]?.string == fusionBenchVersion)
    #expect(
      message { try method.configure(dictionary([("_usage_", .int(1))])) }
        == "_usage_ is 1, but must be a string")
    #expect(
      message { try method.configure(dictionary([("_usge_", .null)])) }
        == "unknown parameter '_usge_' of BaseAlgorithm; did you mean '_usage_'?")
  }

  @Test("a class is found behind any path of its module, and not behind another's")
  func modulePaths() throws {
    func make(_ name: String) -> String? {
      message {
        _ = try registry.make(
          dictionary([("_target_", .string(name))]), role: "method", as: SampleComponent.self)
      }
    }
    #expect(make("fusion_bench.method.sample.deeper.SampleAlgorithm") == nil)
    #expect(make("fusion_bench.method.any.path.LargerAlgorithm") == nil)
    #expect(make("fusion_bench.method.other.SampleAlgorithm")?.contains("unknown method") == true)
    #expect(make("fusion_bench.modelpool.SampleAlgorithm")?.contains("unknown method") == true)
    #expect(make("elsewhere.SampleAlgorithm")?.contains("unknown method") == true)
  }

  @Test("what FusionBench has and this program has not is told from what is misspelled")
  func unavailable() {
    #expect(
      message {
        _ = try registry.make(
          dictionary([("_target_", .string("fusion_bench.method.FullFinetuneSFT"))]),
          role: "method", as: SampleComponent.self)
      }
        == "method 'fusion_bench.method.FullFinetuneSFT' is known from FusionBench, but not available here"
    )
  }
}
