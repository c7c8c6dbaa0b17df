import FusionCore

/// The main metric of a sweep over what is swept, as SVG: a line over one number, else bars.
struct SweepPlot {
  private let title: String
  private let axis: String
  private let points: [(label: String, x: Double, y: Double)]
  private let isLine: Bool

  private static let width = 640.0
  private static let height = 400.0
  private static let left = 70.0
  private static let right = 20.0
  private static let top = 40.0
  private static let bottom = 60.0

  /// Plots a table; nil where there is nothing to plot.
  init?(_ table: SweepTable) {
    guard let metric = table.mainMetric else { return nil }
    let rows = table.rows.filter { $0.metrics[metric]?.isFinite == true }
    guard !rows.isEmpty else { return nil }
    title = metric
    axis = table.parameters.joined(separator: ", ")
    let numbers = rows.map { row in
      table.parameters.count == 1
        ? row.parameters[table.parameters[0]].flatMap { Double($0) } : nil
    }
    isLine = rows.count > 1 && numbers.allSatisfy { $0?.isFinite == true }
    let made = zip(rows, numbers).enumerated().map { position, entry in
      let (row, number) = entry
      return (
        label: table.parameters.map { row.parameters[$0] ?? "" }.joined(separator: ", "),
        x: number ?? Double(position), y: row.metrics[metric] ?? 0
      )
    }
    points = isLine ? made.sorted { $0.x < $1.x } : made
  }

  /// The picture.
  var svg: String {
    let values = points.map(\.y)
    let (low, high) = span(isLine ? values : values + [0])
    let (first, last) = isLine ? span(points.map(\.x)) : (-0.5, Double(points.count) - 0.5)
    let inner = (Self.width - Self.left - Self.right, Self.height - Self.top - Self.bottom)
    func x(_ value: Double) -> Double { Self.left + (value - first) / (last - first) * inner.0 }
    func y(_ value: Double) -> Double { Self.top + (high - value) / (high - low) * inner.1 }

    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
      font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Int(Self.left))" y="24" font-size="15">\(escaped(title))</text>
      <text x="\(Int(Self.width / 2))" y="\(Int(Self.height - 12))" text-anchor="middle">\(escaped(axis))</text>

      """
    for step in 0...4 {
      let value = low + (high - low) * Double(step) / 4
      text += """
        <line x1="\(Int(Self.left))" y1="\(place(y(value)))" x2="\(Int(Self.width - Self.right))" \
        y2="\(place(y(value)))" stroke="#ddd"/>
        <text x="\(Int(Self.left - 8))" y="\(place(y(value) + 4))" text-anchor="end">\(fiveDigits(value))</text>

        """
    }
    if isLine {
      let path = points.map { "\(place(x($0.x))),\(place(y($0.y)))" }.joined(separator: " ")
      text += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\"/>\n"
    }
    let room = inner.0 / Double(points.count)
    for point in points {
      if isLine {
        text +=
          "<circle cx=\"\(place(x(point.x)))\" cy=\"\(place(y(point.y)))\" r=\"4\" "
          + "fill=\"#1f5fa8\"><title>\(escaped(point.label)): \(point.y)</title></circle>\n"
      } else {
        let (start, end) = (min(y(point.y), y(0)), max(y(point.y), y(0)))
        text +=
          "<rect x=\"\(place(x(point.x) - room * 0.35))\" y=\"\(place(start))\" "
          + "width=\"\(place(room * 0.7))\" height=\"\(place(end - start))\" fill=\"#1f5fa8\">"
          + "<title>\(escaped(point.label)): \(point.y)</title></rect>\n"
      }
    }
    // As many labels as there is room for.
    let every = max(1, points.count / 12)
    for (position, point) in points.enumerated() where position % every == 0 {
      text +=
        "<text x=\"\(place(x(point.x)))\" y=\"\(Int(Self.height - Self.bottom + 20))\" "
        + "text-anchor=\"middle\">\(escaped(String(point.label.suffix(24))))</text>\n"
    }
    return text + "</svg>\n"
  }

  private func span(_ values: [Double]) -> (Double, Double) {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    return low < high ? (low, high) : (low - 0.5, high + 0.5)
  }

  private func place(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
