import ConfigTree
import Foundation
import HydraConfig

/// Feeds random overrides, interpolations, files, trees of files and command lines to the configuration.
///
/// An input has to end in a value or in an error that says something, within a second of processor time,
/// and a composed configuration that is printed has to read back as itself. Inputs follow from the seed and their number.
public struct ConfigFuzzer: ~Copyable {
  /// How the inputs ended.
  public struct Tally: Sendable {
    /// Inputs that had a result.
    public var accepted = 0
    /// Inputs that were refused.
    public var refused = 0

    /// Nothing counted yet.
    public init() {}
  }

  /// The most seconds of processor time, of all threads together, that an input may take.
  public var secondLimit = 1.0
  private let seed: UInt64
  private let directory: String
  private let composer: ConfigComposer
  private var generator: FuzzGenerator

  /// Makes a temporary directory for the files, which goes with the fuzzer.
  public init(seed: UInt64) throws {
    self.seed = seed
    generator = FuzzGenerator(seed: seed, index: 0)
    directory = NSTemporaryDirectory() + "config-fuzz-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: directory + "/g", withIntermediateDirectories: true)
    composer = ConfigComposer(searchPath: [directory])
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// Runs some inputs of the seed.
  ///
  /// - Throws: ``FuzzFinding`` for the first one that does not end as it must.
  public mutating func run(_ indices: Range<Int>) throws -> Tally {
    var tally = Tally()
    for index in indices {
      generator = FuzzGenerator(seed: seed, index: index)
      let start = clock()
      let (input, failure) = try runOne(index)
      let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
      guard seconds < secondLimit else {
        throw finding(index, "took \(seconds) s of processor time", input)
      }
      if let failure {
        tally.refused += 1
        guard !failure.isEmpty else { throw finding(index, "an error without a text", input) }
      } else {
        tally.accepted += 1
      }
    }
    return tally
  }

  private func finding(_ index: Int, _ problem: String, _ input: String) -> FuzzFinding {
    let shown = input.count > 2000 ? "\(input.prefix(2000))… (\(input.utf8.count) bytes)" : input
    return FuzzFinding(index: index, problem: problem, input: shown.debugDescription)
  }

  /// The input, and the text of the error that it ended in.
  private mutating func runOne(_ index: Int) throws -> (String, String?) {
    switch index % 20 {
    case 0...8: return override()
    case 9...17: return interpolation()
    case 18: return commandLine()
    default: return try files(index)
    }
  }
}

// MARK: - Texts

extension ConfigFuzzer {
  private mutating func override() -> (String, String?) {
    let text =
      generator.below(3) == 0
      ? generator.row(of: FuzzCorpus.overridePieces, upTo: 14)
      : generator.mutation(of: FuzzCorpus.overrides, pieces: FuzzCorpus.overridePieces)
    return (
      text,
      failure {
        var expander = SweepExpander { _ in ["x", "y"] }
        expander.maximumJobs = 50
        for job in try expander.jobs([try Override.parse(text)]) {
          // What is written again has to be an override.
          for override in job { _ = try Override.parse(override) }
        }
      }
    )
  }

  private mutating func interpolation() -> (String, String?) {
    let text = generator.mutation(
      of: FuzzCorpus.interpolations, pieces: FuzzCorpus.interpolationPieces)
    let root = ConfigNode(
      .dictionary([
        "a": ConfigNode(.dictionary(["b": ConfigNode(.int(1))])), "k": ConfigNode(.string("a")),
        "l": ConfigNode(.list([ConfigNode(.float(0.5)), ConfigNode(.null)])),
        "d": ConfigNode(
          .dictionary(["x": ConfigNode(.missing), .int(2): ConfigNode(.bool(true))])),
        "self": ConfigNode(ConfigValue(text: text)),
        "b": ConfigNode(ConfigValue(text: "x${self}")),
      ]))
    let resolver = InterpolationResolver(
      context: ResolverContext(environment: { _ in nil }, now: { $0 }))
    return (text, failure { _ = try resolver.resolve(root).yaml() })
  }

  private mutating func commandLine() -> (String, String?) {
    let arguments = (0..<generator.below(7)).map { _ in
      generator.below(3) == 0
        ? generator.row(of: FuzzCorpus.arguments, upTo: 2) : generator.pick(FuzzCorpus.arguments)
    }
    return (
      "\(arguments)",
      failure {
        let line = try HydraCommandLine.parse(arguments)
        try line.validate()
      }
    )
  }

  private func failure(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }
}

// MARK: - Files

extension ConfigFuzzer {
  private mutating func files(_ index: Int) throws -> (String, String?) {
    var input = ""
    for name in ["config", "base", "g/x", "g/y"] {
      let text =
        generator.below(4) == 0
        ? generator.row(of: FuzzCorpus.filePieces, upTo: 24)
        : generator.mutation(of: FuzzCorpus.files, pieces: FuzzCorpus.filePieces)
      try write(text, name)
      input += "[\(name)]\n\(text)\n"
    }
    let overrides = (0..<generator.below(3)).map { _ in
      generator.mutation(of: FuzzCorpus.overrides, pieces: FuzzCorpus.overridePieces)
    }
    input += "\(overrides)"
    var printed: String?
    let failure = failure {
      let composition = try composer.compose(configName: "config", overrides: overrides)
      printed = composition.job.yaml()
      _ = composition.hydra.yaml()
      _ = try composition.resolvedJob().yaml()
    }
    // The YAML library drops a byte order mark at the beginning of a text.
    if let printed, !printed.contains("\\uFEFF") { try checkRoundTrip(printed, index, input) }
    return (input, failure)
  }

  /// Reads what was printed and prints it again.
  private func checkRoundTrip(_ printed: String, _ index: Int, _ input: String) throws {
    try write(printed, "config")
    let again: String
    do {
      again = try composer.compose(configName: "config").job.yaml()
    } catch {
      throw finding(index, "what was printed cannot be read: \(error)\n\(printed)", input)
    }
    guard again == printed else {
      throw finding(index, "what was printed reads back as something else\n\(printed)", input)
    }
  }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name).yaml"))
  }
}
