import FusionCore
import Tensors
import Wording

extension CheckpointComparison {
  /// A table for people: the tensors that differ, and a line of totals.
  public var text: String {
    var rows: [[String]] = []
    for pair in pairs {
      guard let distance = pair.distance else {
        rows.append(["\(pair.first.name)", "shape \(pair.first.shape) and \(pair.second.shape)"])
        rows[rows.count - 1] += ["", "", ""]
        continue
      }
      if distance.isIdentical { continue }
      let types = (pair.first.dtype.rawValue, pair.second.dtype.rawValue)
      rows.append([
        "\(pair.first.name)",
        "\(distance.differing) of \(pair.first.count)"
          + (types.0 == types.1 ? "" : " (\(types.0), \(types.1))"),
        short(distance.largest), short(distance.l2), short(distance.relative),
      ])
    }
    rows += onlyInFirst.map { ["\($0)", "only in the first", "", "", ""] }
    rows += onlyInSecond.map { ["\($0)", "only in the second", "", "", ""] }
    let same = pairs.filter { $0.distance?.isIdentical == true }.count
    let heading = ["tensor", "values that differ", "max |a-b|", "|a-b|", "|a-b|/|a|"]
    return (rows.isEmpty ? "" : TextTable(heading, rows, right: [2, 3, 4]).text)
      + "\(same) tensors are identical, \(rows.count) are not\n"
  }

  /// The same for programs, all tensors.
  public var json: JSONValue {
    .object([
      "identical": .bool(isIdentical),
      "tensors": .array(pairs.map(\.json)),
      "only_in_first": .array(onlyInFirst.map { .string($0.string) }),
      "only_in_second": .array(onlyInSecond.map { .string($0.string) }),
    ])
  }

  private func short(_ value: Double) -> String { "\(Float(value))" }
}

extension CheckpointComparison.Pair {
  fileprivate var json: JSONValue {
    guard let distance else {
      return .object([
        "name": .string(first.name.string),
        "shapes": .array([first.shape, second.shape].map { .array($0.map { .integer($0) }) }),
      ])
    }
    return .object([
      "name": .string(first.name.string),
      "dtypes": .array([.string(first.dtype.rawValue), .string(second.dtype.rawValue)]),
      "identical": .bool(distance.isIdentical),
      "differing": .integer(distance.differing),
      "elements": .integer(first.count),
      "max_abs": .number(distance.largest),
      "l2": .number(distance.l2),
      "relative": .number(distance.relative),
    ])
  }
}
