/// Times named actions and prints FusionBench's summary table.
public final class SimpleProfiler {
  private struct Record {
    var calls = 0
    var seconds = 0.0
    var started: Double?
  }

  private let now: () -> Double
  private let created: Double
  private var names: [String] = []
  private var records: [String: Record] = [:]

  /// Starts the total.
  public convenience init() {
    let start = ContinuousClock.now
    self.init(now: { (ContinuousClock.now - start) / .seconds(1) })
  }

  /// Starts the total on a clock of one's own.
  ///
  /// - Parameter now: the time in seconds, counted from any instant.
  public init(now: @escaping () -> Double) {
    self.now = now
    created = now()
  }

  /// Starts the time of `action`.
  ///
  /// - Throws: `ProfilerError.running` when it runs already.
  public func start(_ action: String) throws {
    if records[action] == nil { names.append(action) }
    guard records[action]?.started == nil else { throw ProfilerError.running(action) }
    records[action, default: Record()].started = now()
  }

  /// Stops the time of `action`.
  ///
  /// - Throws: `ProfilerError.notRunning`.
  public func stop(_ action: String) throws {
    guard let started = records[action]?.started else { throw ProfilerError.notRunning(action) }
    records[action]?.seconds += now() - started
    records[action]?.calls += 1
    records[action]?.started = nil
  }

  /// Seconds of every action, in the order in which they first started.
  public var totals: [(action: String, seconds: Double)] {
    names.compactMap { name in records[name].map { (name, $0.seconds) } }
  }

  /// The table: a row per finished action, the longest first, with mean, calls, total and share.
  public func summary() -> String {
    let total = now() - created
    let rows = names.compactMap { name in records[name].map { (name, $0) } }
      .filter { $0.1.calls > 0 }.enumerated()
      .sorted { ($1.element.1.seconds, $0.offset) < ($0.element.1.seconds, $1.offset) }
      .map(\.element)
    let lines = ["Profiler Report", ""]
    guard let width = rows.map(\.0.unicodeScalars.count).max() else {
      return lines.joined(separator: "\n") + "\n"
    }
    func line(_ cells: [String]) -> String {
      zip(cells, [width, 15, 15, 15, 15]).map { "|  " + padded($0, $1) + "\t" }.joined() + "|"
    }
    let header = line([
      "Action", "Mean duration (s)", "Num calls", "Total time (s)", "Percentage %",
    ])
    // One more than the header is wide: Lightning counts the line break before it.
    let dashes = String(repeating: "-", count: widthOnScreen(header) + 1)
    let calls = rows.reduce(0) { $0 + $1.1.calls }
    let sum = line(["Total", "-", "\(calls)", fiveDigits(total), "100 %"])
    let body = rows.map { name, record in
      line([
        name, fiveDigits(record.seconds / Double(record.calls)), "\(record.calls)",
        fiveDigits(record.seconds), fiveDigits(100 * record.seconds / total),
      ])
    }
    return (lines + [dashes, header, dashes, sum, dashes] + body + [dashes])
      .joined(separator: "\n") + "\n"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.unicodeScalars.count, 0))
  }

  private func widthOnScreen(_ line: String) -> Int {
    line.unicodeScalars.reduce(0) { $1 == "\t" ? ($0 / 8 + 1) * 8 : $0 + 1 }
  }
}
