import FusionCore
import Inspection
import ModelPools

/// `fusion_bench verify|inspect|diff …`: what looks at checkpoints and merges nothing.
struct Subcommand: CommandLineJob {
  fileprivate enum Name: String {
    case verify
    case inspect
    case diff
  }

  private let name: Name
  private let paths: [String]
  private let flags: Set<String>

  /// Takes the arguments apart; nil when they begin with no subcommand.
  ///
  /// - Throws: `SubcommandError`.
  init?(_ arguments: [String]) throws {
    guard let first = arguments.first, let name = Name(rawValue: first) else { return nil }
    self.name = name
    var paths: [String] = []
    var flags: Set<String> = []
    var onlyPaths = false
    for argument in arguments.dropFirst() {
      if onlyPaths || !argument.hasPrefix("-") || argument == "-" {
        paths.append(argument)
      } else if argument == "--" {
        onlyPaths = true
      } else if argument == "-h" || argument == "--help" {
        flags.insert("--help")
      } else if name.flags.contains(argument) {
        flags.insert(argument)
      } else {
        throw SubcommandError.unknownFlag(argument, of: name.rawValue, known: name.flags)
      }
    }
    self.paths = paths
    self.flags = flags
    guard flags.contains("--help") || name.pathCount.contains(paths.count) else {
      throw SubcommandError.paths(name.rawValue, usage: name.usage, found: paths.count)
    }
  }

  /// Whether help is asked for.
  var onlyPrints: Bool { flags.contains("--help") }

  /// The help.
  func text() -> String { "usage: fusion_bench \(name.usage)\n\n\(name.help)\n" }

  /// Does it; rank 0 prints.
  ///
  /// - Throws: `AgreedError`.
  func run(in world: any Fabric) throws {
    world.threads = world.defaultThreads
    switch name {
    case .verify:
      for path in paths {
        let manifest = try world.verifyOutput(path)
        let bytes = manifest.outputs.reduce(0) { $0 + $1.size }
        try print(
          .text("\(path): \(manifest.outputs.count) files, \(bytes) bytes, as merged\n"), world)
      }
    case .inspect:
      let found = try CheckpointInspection(
        paths[0], readsValues: !flags.contains("--no-values"), in: world)
      try print(flags.contains("--json") ? .json(found.json) : .text(found.text), world)
    case .diff:
      let found = try CheckpointComparison(paths[0], paths[1], in: world)
      try print(flags.contains("--json") ? .json(found.json) : .text(found.text), world)
      try world.agreeing {
        if flags.contains("--exit-code") && !found.isIdentical {
          throw SubcommandError.different(paths[0], paths[1])
        }
      }
    }
  }

  private enum Printed {
    case text(String)
    case json(JSONValue)
  }

  private func print(_ value: Printed, _ world: any Fabric) throws {
    try world.onGlobalZero {
      switch value {
      case .text(let text): try StandardOutput.write(text)
      case .json(let value): try StandardOutput.write(value.text(indent: 2))
      }
    }
  }
}

extension Subcommand.Name {
  fileprivate var flags: [String] {
    switch self {
    case .verify: []
    case .inspect: ["--json", "--no-values"]
    case .diff: ["--json", "--exit-code"]
    }
  }

  fileprivate var pathCount: ClosedRange<Int> {
    switch self {
    case .verify: 1...Int.max
    case .inspect: 1...1
    case .diff: 2...2
    }
  }

  fileprivate var usage: String {
    switch self {
    case .verify: "verify OUTPUT…"
    case .inspect: "inspect MODEL [--json] [--no-values]"
    case .diff: "diff A B [--json] [--exit-code]"
    }
  }

  fileprivate var help: String {
    switch self {
    case .verify:
      """
      Compares merged models with their merge_manifest.json: sizes and SHA-256 of all weight files,
      headers, index. Ends with 1 at the first file that is not as it was written. Under mpirun the
      files are dealt to the ranks.
      """
    case .inspect:
      """
      Prints the tensors of a checkpoint: type, shape, bytes, and how many values are NaN or
      infinite. Under mpirun the values are dealt to the ranks.
        --json       for programs
        --no-values  headers alone
      """
    case .diff:
      """
      Prints how far the tensors of two checkpoints are apart, as values whatever their types:
      positions that differ, largest distance, Euclidean distance, the same relative to A.
        --json       for programs, all tensors
        --exit-code  end with 1 if there is any difference
      """
    }
  }
}
