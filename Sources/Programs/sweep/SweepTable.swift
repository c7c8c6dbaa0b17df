import FusionCore
import OrderedCollections

/// The results of a sweep as rows and columns.
struct SweepTable {
  /// One job.
  struct Row {
    let result: JobResult
    /// Values of what is swept, by key.
    let parameters: OrderedDictionary<String, String>
    /// Numbers of the report, by their place in it (`average.accuracy`).
    let metrics: OrderedDictionary<String, Double>
  }

  /// The jobs, in order.
  let rows: [Row]
  /// Keys that are swept, as they first appear.
  let parameters: [String]
  /// Names of numbers in reports, as they first appear.
  let metrics: [String]

  init(_ results: [JobResult]) {
    let rows = results.map { result in
      var parameters = OrderedDictionary<String, String>()
      for override in result.overrides {
        let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        parameters[String(parts[0].drop { $0 == "+" })] = parts.count > 1 ? String(parts[1]) : ""
      }
      var metrics = OrderedDictionary<String, Double>()
      result.report.collect(into: &metrics, at: "")
      return Row(result: result, parameters: parameters, metrics: metrics)
    }
    let keys = OrderedSet(rows.flatMap(\.parameters.keys))
    // What all jobs override alike is not swept.
    let swept = keys.filter { key in Set(rows.map { $0.parameters[key] ?? "" }).count > 1 }
    parameters = swept.isEmpty ? Array(keys) : Array(swept)
    metrics = Array(OrderedSet(rows.flatMap(\.metrics.keys)))
    self.rows = rows
  }

  /// What jobs are compared by: the mean accuracy, else the first accuracy, else the first number.
  var mainMetric: String? {
    metrics.first { $0 == "average.accuracy" }
      ?? metrics.first { $0.hasSuffix("accuracy") } ?? metrics.first
  }

  /// All of it, as RFC 4180 has it.
  var csv: String {
    let head =
      ["job"] + parameters + ["status"] + metrics
      + ["merge_seconds", "evaluate_seconds", "log_dir", "error"]
    let lines = rows.map { row in
      let result = row.result
      var fields = ["\(result.number)"]
      fields += parameters.map { row.parameters[$0] ?? "" }
      fields.append(result.failure == nil ? "finished" : "failed")
      fields += metrics.map { row.metrics[$0].map(number) ?? "" }
      fields += [number(result.mergeSeconds), number(result.evaluateSeconds)]
      fields += [result.folder, result.failure ?? ""]
      return fields
    }
    return ([head] + lines).map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  /// What is printed: the best job first, accuracies, means and norms.
  var text: String {
    let shown = metrics.filter { !$0.hasSuffix(".loss") || $0 == "average.loss" }
    let main = mainMetric
    let isBetter = main?.hasSuffix("accuracy") ?? false
    let sorted = rows.sorted { a, b in
      guard isBetter, let main else { return a.result.number < b.result.number }
      let (x, y) = (a.metrics[main] ?? -.infinity, b.metrics[main] ?? -.infinity)
      return x != y ? x > y : a.result.number < b.result.number
    }
    let head = ["job"] + parameters + shown
    let lines = sorted.map { row in
      let values = shown.map { row.metrics[$0].map(fiveDigits) ?? "-" }
      let all = ["#\(row.result.number)"] + parameters.map { row.parameters[$0] ?? "" } + values
      return row.result.failure == nil ? all : all + ["failed"]
    }
    let widths = head.indices.map { column in
      ([head] + lines).map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return ([head] + lines).map { line in
      let cells = line.enumerated().map { column, cell in
        column < widths.count
          ? cell + String(repeating: " ", count: widths[column] - cell.count) : cell
      }
      return cells.joined(separator: "  ").trimmingEnd() + "\n"
    }.joined()
  }

  private func number(_ value: Double) -> String {
    var text = JSONValue.number(value).text()
    text.removeLast()
    return text
  }

  private func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\r\n".contains($0) || $0.isNewline }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}

extension JSONValue {
  /// The numbers below this value; those that only describe the model are left out.
  fileprivate func collect(into metrics: inout OrderedDictionary<String, Double>, at path: String) {
    switch self {
    case .object(let members):
      if case .string(let name)? = members["name"], let model = members["model"] {
        return model.collect(into: &metrics, at: path.isEmpty ? name : "\(path).\(name)")
      }
      for (key, value) in members where key != "model_info" {
        value.collect(into: &metrics, at: path.isEmpty ? key : "\(path).\(key)")
      }
    case .array(let items):
      for item in items { item.collect(into: &metrics, at: path) }
    default:
      if let number = double { metrics[path] = number }
    }
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
