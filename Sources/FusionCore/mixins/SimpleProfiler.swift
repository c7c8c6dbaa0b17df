/// Times named actions and prints FusionBench's summary table.
public final class SimpleProfiler {
  private struct Record {
    var calls = 0
    var seconds = 0.0
    var started: ContinuousClock.Instant?
  }

  private let clock = ContinuousClock()
  private let created: ContinuousClock.Instant
  private var names: [String] = []
  private var records: [String: Record] = [:]

  /// Starts the total.
  public init() { created = clock.now }

  /// Starts the time of `action`.
  ///
  /// - Throws: `ProfilerError.running` when it runs already.
  public func start(_ action: String) throws {
    if records[action] == nil { names.append(action) }
    guard records[action]?.started == nil else { throw ProfilerError.running(action) }
    records[action, default: Record()].started = clock.now
  }

  /// Stops the time of `action`.
  ///
  /// - Throws: `ProfilerError.notRunning`.
  public func stop(_ action: String) throws {
    guard let started = records[action]?.started else { throw ProfilerError.notRunning(action) }
    records[action]?.seconds += seconds(clock.now - started)
    records[action]?.calls += 1
    records[action]?.started = nil
  }

  /// Seconds of every finished action, in the order in which they first started.
  public var totals: [(action: String, seconds: Double)] {
    names.compactMap { name in records[name].map { (name, $0.seconds) } }
  }

  /// The table: a row per action, the longest first, with mean, calls, total and share.
  public func summary(title: String? = nil) -> String {
    let total = seconds(clock.now - created)
    let rows = names.compactMap { name in records[name].map { (name, $0) } }
      .filter { $0.1.calls > 0 }.enumerated()
      .sorted { ($1.element.1.seconds, $0.offset) < ($0.element.1.seconds, $1.offset) }
      .map(\.element)
    let width = max(rows.map(\.0.count).max() ?? 0, 5)
    let calls = rows.reduce(0) { $0 + $1.1.calls }
    func line(_ cells: [String]) -> String {
      zip(cells, [width, 17, 15, 15, 15]).map { "|  " + padded($0, $1) + "\t" }.joined() + "|"
    }
    let header = line(["Action", "Mean duration (s)", "Num calls", "Total time (s)", "Percentage %"])
    let dashes = String(repeating: "-", count: header.count)
    var lines = [title ?? "Profiler Report", "", dashes, header, dashes]
    lines.append(line(["Total", "-", "\(calls)", significant(total), "100 %"]))
    lines.append(dashes)
    for (name, record) in rows {
      lines.append(
        line([
          name, significant(record.seconds / Double(record.calls)), "\(record.calls)",
          significant(record.seconds), significant(record.seconds / total * 100),
        ]))
    }
    lines.append(dashes)
    return lines.joined(separator: "\n") + "\n"
  }

  private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
}

/// `value` with five significant digits, as Python's `format(value, ".5")`.
private func significant(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0.0" : "\(value)" }
  var exponent = 0
  var scaled = abs(value)
  while scaled >= 10 {
    scaled /= 10
    exponent += 1
  }
  while scaled < 1 {
    scaled *= 10
    exponent -= 1
  }
  var step = 1.0
  for _ in 0..<abs(4 - exponent) { step *= 10 }
  let rounded =
    exponent <= 4
    ? (value * step).rounded(.toNearestOrEven) / step : (value / step).rounded(.toNearestOrEven) * step
  return "\(rounded)"
}
