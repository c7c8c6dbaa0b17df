/// A square table of numbers as a colored grid with its values written in.
public struct HeatMap {
  private let title: String
  private let labels: [String]
  private let values: [[Double]]

  /// Describes the picture.
  ///
  /// - Parameter values: a row for each label, a value for each label in it.
  public init(title: String, labels: [String], values: [[Double]]) {
    self.title = title
    self.labels = labels
    self.values = values
  }

  /// Draws it.
  public func drawing() -> SVGDocument {
    let cell = 64.0
    let longest = labels.map(\.count).max() ?? 0
    let margin = 24 + min(Double(longest) * 7, 260)
    let side = cell * Double(labels.count)
    var drawing = SVGDocument(width: margin + side + 24, height: 48 + side + margin)
    drawing.text(title, x: margin + side / 2, y: 24, size: 16)
    let finite = values.joined().filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    for (row, label) in labels.enumerated() {
      let y = 48 + cell * Double(row)
      drawing.text(label, x: margin - 8, y: y + cell / 2, anchor: .end)
      for column in labels.indices {
        let value = values[row][column]
        let share = high > low && value.isFinite ? (value - low) / (high - low) : 0
        let x = margin + cell * Double(column)
        drawing.rectangle(x: x, y: y, width: cell, height: cell, fill: Self.color(share))
        drawing.text(
          Self.twoDecimals(value), x: x + cell / 2, y: y + cell / 2,
          fill: share > 0.6 ? "#ffffff" : "#222222")
      }
    }
    for (column, label) in labels.enumerated() {
      drawing.text(
        label, x: margin + cell * (Double(column) + 0.5), y: 48 + side + 12, anchor: .end,
        degrees: -45)
    }
    return drawing
  }

  /// From pale green over teal to dark blue.
  private static func color(_ share: Double) -> String {
    let stops: [[Double]] = [[247, 252, 240], [123, 204, 196], [8, 64, 129]]
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let from = min(Int(place), stops.count - 2)
    let parts = (0..<3).map { part in
      let value = stops[from][part]
      return "\(Int(value + (place - Double(from)) * (stops[from + 1][part] - value)))"
    }
    return "rgb(\(parts.joined(separator: ",")))"
  }

  private static func twoDecimals(_ value: Double) -> String {
    guard value.magnitude < 1e9 else { return "\(value)" }
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    return (hundredths < 0 ? "-" : "") + "\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
  }
}
