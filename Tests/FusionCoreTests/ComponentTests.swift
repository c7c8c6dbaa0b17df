import ConfigTree
import FusionCore
import Testing
import Wording

@Suite struct ComponentTests {
  static let everything = dictionary([
    ("_target_", .string("fusion_bench.method.LargerAlgorithm")),
    ("flag", .bool(false)), ("count", .int(8)), ("scaling_factor", .float(1e-05)),
    ("name", .string("123")), ("path", .string("out")),
    ("weights", .list([ConfigNode(.int(1)), ConfigNode(.float(-0.5))])),
    ("mode", .string("exact")),
    ("heads", .dictionary(["b": ConfigNode(.int(2)), "a": ConfigNode(.int(1))])),
    ("extra", .list([ConfigNode(.null)])), ("seed", .null),
  ])

  @Test("parameters that a configuration leaves out keep their defaults")
  func defaults() throws {
    let component = LargerComponent()
    try component.configure(dictionary([("_recursive_", .bool(false)), ("count", .int(4))]))
    #expect(component.flag && component.count == 4 && component.scalingFactor == 0.3)
    #expect(component.name == "x" && component.path == nil && component.weights == [0.5, 0.5])
    #expect(component.mode == .fast && component.heads.isEmpty && component.seed == 42)
    #expect(component.validated == 1)
  }

  @Test("every type of parameter is read, base classes' too")
  func reads() throws {
    let component = LargerComponent()
    try component.configure(Self.everything)
    #expect(!component.flag && component.count == 8 && component.scalingFactor == 1e-05)
    #expect(component.name == "123" && component.path == "out" && component.weights == [1, -0.5])
    #expect(component.mode == .exact && Array(component.heads.keys) == ["b", "a"])
    #expect(component.heads["b"] == 2 && component.extra.list?.count == 1 && component.seed == nil)
  }

  @Test("the configuration of a component makes it again")
  func roundTrip() throws {
    let component = LargerComponent()
    try component.configure(Self.everything)
    let copy = LargerComponent()
    try copy.configure(component.config)
    #expect(copy.config == component.config)
    #expect(copy.toYAML() == component.toYAML())
    #expect(copy.scalingFactor == 1e-05 && copy.seed == nil)
    #expect(
      LargerComponent().toYAML() == """
        _target_: fusion_bench.method.LargerAlgorithm
        _recursive_: false
        _usage_: null
        _version_: \(fusionBenchVersion)
        flag: true
        count: 3
        scaling_factor: 0.3
        name: x
        path: null
        weights:
        - 0.5
        - 0.5
        mode: fast
        heads: {}
        extra: null
        seed: 42

        """)
  }

  @Test("a component held as one of its base class is written under its own name")
  func dynamicType() throws {
    let component: SampleComponent = LargerComponent()
    #expect(component.config["_target_"]?.string == "fusion_bench.method.LargerAlgorithm")
    #expect(
      message { try component.configure(dictionary([("sead", .int(1))])) }
        == "unknown parameter 'sead' of fusion_bench.method.LargerAlgorithm; did you mean 'seed'?")
  }

  @Test("a key that is no parameter is an error that says where and what was meant")
  func unknownKeys() {
    let origin = ConfigOrigin(source: "config/method/sample.yaml", line: 7)
    #expect(
      message {
        try SampleComponent().configure(dictionary([("scaling_facto", .int(1))], origin: origin))
      }
        == "config/method/sample.yaml:7: unknown parameter 'scaling_facto' of fusion_bench.method.SampleAlgorithm; did you mean 'scaling_factor'?"
    )
    #expect(
      message { try SampleComponent().configure(dictionary([("zzzzzzzz", .int(1))])) }
        == "unknown parameter 'zzzzzzzz' of fusion_bench.method.SampleAlgorithm")
    #expect(
      message { try SampleComponent().configure(ConfigNode(.int(3), origin: origin)) }
        == "config/method/sample.yaml:7: the configuration of fusion_bench.method.SampleAlgorithm is 3, but must be a dictionary"
    )
  }

  static let unfit: [(String, ConfigValue, String)] = [
    ("flag", .int(1), "flag is 1, but must be a bool"),
    ("flag", .string("true"), "flag is 'true', but must be a bool"),
    ("count", .float(3), "count is 3.0, but must be an integer"),
    ("count", .bool(true), "count is true, but must be an integer"),
    ("scaling_factor", .string("twenty"), "scaling_factor is twenty, but must be a finite number"),
    ("scaling_factor", .float(.nan), "scaling_factor is .nan, but must be a finite number"),
    ("scaling_factor", .float(.infinity), "scaling_factor is .inf, but must be a finite number"),
    ("scaling_factor", .null, "scaling_factor is null, but must be a finite number"),
    ("name", .int(5), "name is 5, but must be a string"),
    ("path", .bool(false), "path is false, but must be a string"),
    ("weights", .float(0.5), "weights is 0.5, but must be a list"),
    (
      "weights", .list([ConfigNode(.float(0.5)), ConfigNode(.string("a"))]),
      "weights[1] is a, but must be a finite number"
    ),
    ("mode", .string("slow"), "mode is slow, but must be one of fast, exact"),
    ("mode", .null, "mode is null, but must be one of fast, exact"),
    ("heads", .list([]), "heads is [], but must be a dictionary"),
    (
      "heads", .dictionary(["a": ConfigNode(.string("b"))]), "heads.a is b, but must be an integer"
    ),
    (
      "count", .list([ConfigNode(.int(1)), ConfigNode(.int(2))]),
      "count is [1, 2], but must be an integer"
    ),
  ]

  @Test(
    "a value of a wrong type is an error with key, value, and what would do",
    arguments: unfit.indices)
  func wrongTypes(_ index: Int) {
    let (key, value, expected) = Self.unfit[index]
    #expect(message { try SampleComponent().configure(dictionary([(key, value)])) } == expected)
    let origin = ConfigOrigin(source: "command line")
    #expect(
      message { try SampleComponent().configure(dictionary([(key, value)], origin: origin)) }?
        .hasSuffix(expected) == true)
  }

  @Test("an error says where the value was written")
  func origins() {
    let origin = ConfigOrigin(source: "command line")
    #expect(
      message { try SampleComponent().configure(dictionary([("count", .null)], origin: origin)) }
        == "command line: count is null, but must be an integer")
  }

  @Test("a value that is still to be given is an error")
  func missingValues() {
    #expect(
      message { try SampleComponent().configure(dictionary([("count", .missing)]), at: "method") }
        == "method.count is ???: it must be given, e.g. method.count=VALUE")
  }

  @Test("errors name the key in the whole configuration")
  func fullKeys() {
    func refuse(_ key: String, _ value: ConfigValue) -> String? {
      message { try SampleComponent().configure(dictionary([(key, value)]), at: "method") }
    }
    #expect(refuse("count", .null) == "method.count is null, but must be an integer")
    #expect(refuse("count", .int(-1)) == "method.count=-1: must not be negative")
    #expect(
      refuse("coumt", .int(1))
        == "unknown parameter 'method.coumt' of fusion_bench.method.SampleAlgorithm; did you mean 'count'?"
    )
  }

  @Test("parameters are checked once they are all set")
  func validation() {
    #expect(
      message { try SampleComponent().configure(dictionary([("count", .int(-1))])) }
        == "count=-1: must not be negative")
  }
}

@Suite struct RegistryTests {
  private let registry = Registry([SampleComponent.self, LargerComponent.self, OtherComponent.self])

  private func make(_ target: String) throws -> SampleComponent {
    try registry.make(dictionary([("_target_", .string(target))]), role: "method")
  }

  @Test("a component answers to its dotted names and to their last part")
  func names() throws {
    for name in SampleComponent.targets + ["SampleAlgorithm"] {
      #expect(type(of: try make(name)) == SampleComponent.self)
    }
    #expect(try make("LargerAlgorithm") is LargerComponent)
    #expect(
      registry.targets == [
        "fusion_bench.method.SampleAlgorithm", "fusion_bench.method.sample.SampleAlgorithm",
        "fusion_bench.method.LargerAlgorithm", "fusion_bench.modelpool.OtherPool",
      ])
  }

  @Test("parameters are set on the way")
  func parameters() throws {
    let node = dictionary([("_target_", .string("LargerAlgorithm")), ("seed", .int(1))])
    let made: LargerComponent = try registry.make(node, role: "method")
    #expect(made.seed == 1 && made.validated == 1)
  }

  @Test("an unknown name is an error that lists near ones")
  func unknown() {
    #expect(
      message { _ = try make("fusion_bench.method.SimpleAlgorithm") }
        == "unknown method 'fusion_bench.method.SimpleAlgorithm' in _target_; did you mean 'fusion_bench.method.SampleAlgorithm'?"
    )
    #expect(
      message { _ = try make("LargeAlgorithm") }
        == "unknown method 'LargeAlgorithm' in _target_; did you mean 'fusion_bench.method.LargerAlgorithm' or 'fusion_bench.method.SampleAlgorithm'?"
    )
    #expect(message { _ = try make("os.system") } == "unknown method 'os.system' in _target_")
    #expect(message { _ = try make("") } == "unknown method '' in _target_")
  }

  @Test("a component of another kind is not to be had by its name")
  func wrongKind() {
    #expect(
      message { _ = try make("fusion_bench.modelpool.OtherPool") }?
        .hasPrefix("unknown method 'fusion_bench.modelpool.OtherPool' in _target_") == true)
  }

  @Test("a configuration without _target_ is an error")
  func noTarget() {
    let origin = ConfigOrigin(source: "a.yaml", line: 2)
    #expect(
      message {
        let _: SampleComponent = try registry.make(dictionary([], origin: origin), role: "method")
      } == "a.yaml:2: the method configuration has no _target_")
    #expect(
      message { let _: SampleComponent = try registry.make(ConfigNode(.null), role: "method") }
        == "the method configuration has no _target_")
    #expect(
      message {
        let _: SampleComponent = try registry.make(
          dictionary([("_target_", .int(3))]), role: "method")
      } == "method._target_ is 3, but must be a string")
  }

  @Test("a suggestion is near, and the nearest comes first")
  func suggestions() {
    #expect(nearest(to: "treshold", among: ["scaling_factor", "threshold"]) == "threshold")
    #expect(nearest(to: "Threshold", among: ["threshold"]) == "threshold")
    #expect(nearest(to: "ab", among: ["xyz", "abcde"]) == nil)
    #expect(nearest(to: "abc", among: ["abd", "abe", "abc"], limit: 2) == ["abc", "abd"])
    #expect(nearest(to: "x", among: []) == nil)
  }
}
