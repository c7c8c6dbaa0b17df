/// A drawing of lines, shapes and text, written as SVG.
///
/// Coordinates are in pixels from the upper left corner.
public struct SVGDocument {
  private let width: Double
  private let height: Double
  private var elements: [String] = []

  /// Begins a drawing on a white ground.
  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Draws a filled rectangle.
  ///
  /// - Parameter fill: a CSS color.
  public mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String
  ) {
    elements.append(
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
        + "height=\"\(Self.number(height))\" fill=\"\(Self.escaped(fill))\"/>")
  }

  /// Draws a line.
  public mutating func line(
    from: (x: Double, y: Double), to: (x: Double, y: Double), width: Double = 1,
    stroke: String = "#333333"
  ) {
    elements.append(
      "<line x1=\"\(Self.number(from.x))\" y1=\"\(Self.number(from.y))\" "
        + "x2=\"\(Self.number(to.x))\" y2=\"\(Self.number(to.y))\" "
        + "stroke=\"\(Self.escaped(stroke))\" stroke-width=\"\(Self.number(width))\"/>")
  }

  /// Draws a filled shape with an outline.
  public mutating func polygon(
    _ points: [(x: Double, y: Double)], fill: String, stroke: String = "#333333"
  ) {
    let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
    elements.append(
      "<polygon points=\"\(list.joined(separator: " "))\" fill=\"\(Self.escaped(fill))\" "
        + "stroke=\"\(Self.escaped(stroke))\"/>")
  }

  /// Where a text lies from its point.
  public enum Anchor: String, Sendable {
    case start
    case middle
    case end
  }

  /// Writes a line of text, vertically centred on its point.
  ///
  /// - Parameters:
  ///   - degrees: how far it is turned clockwise around its point.
  ///   - fill: a CSS color.
  public mutating func text(
    _ text: String, x: Double, y: Double, size: Double = 12, anchor: Anchor = .middle,
    degrees: Double = 0, fill: String = "#222222"
  ) {
    let turn =
      degrees == 0
      ? "" : " transform=\"rotate(\(Self.number(degrees)) \(Self.number(x)) \(Self.number(y)))\""
    elements.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" "
        + "text-anchor=\"\(anchor.rawValue)\" dominant-baseline=\"central\" "
        + "fill=\"\(Self.escaped(fill))\"\(turn)>\(Self.escaped(text))</text>")
  }

  /// The file's text.
  public func text() -> String {
    let size = "\(Self.number(width)) \(Self.number(height))"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" width="\(Self.number(width))" \
      height="\(Self.number(height))" font-family="sans-serif">
      <rect width="100%" height="100%" fill="white"/>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  /// A number with two decimals at most; 0 for what is none.
  private static func number(_ value: Double) -> String {
    guard value.magnitude < 1e9 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + (rest < 10 ? "0" : "")
      + (rest % 10 == 0 ? "\(rest / 10)" : "\(rest)")
  }

  /// Text as XML holds it.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case _ where scalar.value < 32 || (0xFFFE...0xFFFF).contains(scalar.value): escaped += "?"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
