import CheckpointFuzzing
import Foundation

/// Fuzzes the parsers of checkpoints, or writes the malformed inputs of the tests to a directory.
///
///     checkpoint_fuzz [rounds per parser [seed]]
///     checkpoint_fuzz corpus DIRECTORY
@main
enum CheckpointFuzzer {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "corpus", let directory = arguments.dropFirst().first {
      return try write(to: directory)
    }
    let rounds = arguments.first.flatMap { Int($0) } ?? 200_000
    let seed = arguments.dropFirst().first.flatMap { UInt64($0) } ?? 1
    var failures = 0
    for target in FuzzTarget.allCases {
      let outcome = Fuzzer(target, seed: seed).run(0..<max(rounds, 0))
      print("\(target.rawValue): \(outcome.accepted) read, \(outcome.refused) refused")
      for failure in outcome.failures.prefix(20) { print(failure) }
      failures += outcome.failures.count
    }
    if failures > 0 { exit(1) }
  }

  private static func write(to directory: String) throws {
    for input in MalformedInput.all {
      try input.write(to: directory + "/" + input.name)
      print(input.name, input.path)
    }
  }
}
