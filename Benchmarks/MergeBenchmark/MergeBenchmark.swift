import Foundation
import FusionCore

/// Makes models to measure on, and does the least that any merge must: read the inputs once, write
/// the output once.
@main
enum MergeBenchmark {
  static func main() {
    do {
      try run()
    } catch {
      FileHandle.standardError.write(Data("merge_benchmark: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("models", 3), ("bfloat16", 3):
      guard let count = Int(arguments[2]) else { throw UsageError() }
      let models =
        arguments[0] == "models"
        ? SyntheticModels(count: count)
        : SyntheticModels(count: count, dtype: .bfloat16, towers: 5)
      try models.write(to: arguments[1])
    case ("hollow", 4):
      guard let family = HollowModels.Family(rawValue: arguments[2]),
        let count = Int(arguments[3]), count >= 0
      else { throw UsageError() }
      try HollowModels(family: family, count: count).write(to: arguments[1])
    case ("baseline", 3...):
      let seconds = try Baseline(inputs: Array(arguments[2...]), output: arguments[1]).run()
      print(String(format: "%.3f", seconds))
    default: throw UsageError()
    }
  }
}

struct UsageError: Error, CustomStringConvertible {
  var description: String {
    "usage: merge_benchmark models|bfloat16 FOLDER COUNT | merge_benchmark baseline OUTPUT INPUT…"
      + " | merge_benchmark hollow FOLDER FAMILY COUNT (families: "
      + HollowModels.Family.allCases.map(\.rawValue).joined(separator: ", ") + ")"
  }
}
