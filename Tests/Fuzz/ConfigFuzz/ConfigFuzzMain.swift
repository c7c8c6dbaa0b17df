import ConfigFuzzing
import Foundation

/// `config_fuzz [COUNT [SEED [FIRST]]]`: feeds COUNT random inputs to the configuration.
@main
enum ConfigFuzzMain {
  private static let step = 50_000

  static func main() {
    var numbers: [Int] = []
    for argument in CommandLine.arguments.dropFirst() {
      guard let number = Int(argument), number >= 0 else {
        return end("usage: config_fuzz [COUNT [SEED [FIRST]]]", status: 2)
      }
      numbers.append(number)
    }
    let count = numbers.first ?? 1_000_000
    let seed = numbers.count > 1 ? numbers[1] : 1
    let first = numbers.count > 2 ? numbers[2] : 0
    do {
      try run(first..<first + count, seed: seed)
    } catch {
      end("seed \(seed), \(error)", status: 1)
    }
  }

  private static func run(_ indices: Range<Int>, seed: Int) throws {
    var fuzzer = try ConfigFuzzer(seed: UInt64(seed))
    var total = ConfigFuzzer.Tally()
    for start in stride(from: indices.lowerBound, to: indices.upperBound, by: step) {
      let range = start..<min(start + step, indices.upperBound)
      FileHandle.standardOutput.write(Data("seed \(seed), inputs \(range)\n".utf8))
      // A hang ends in the signal's name; the line above says where.
      alarm(600)
      let tally = try fuzzer.run(range)
      total.accepted += tally.accepted
      total.refused += tally.refused
    }
    print("\(indices.count) inputs: \(total.accepted) accepted, \(total.refused) refused")
  }

  private static func end(_ message: String, status: Int32) {
    FileHandle.standardError.write(Data("config_fuzz: \(message)\n".utf8))
    exit(status)
  }
}
