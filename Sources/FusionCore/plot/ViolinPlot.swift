import Foundation

/// Distributions of numbers side by side: for each its density, drawn on both sides of an axis, with
/// quartiles and median.
///
/// The density is estimated with Gaussian kernels of Scott's bandwidth (Scott, 1992), over the
/// range of the values and two bandwidths on either side.
public struct ViolinPlot {
  private let title: String
  private let axis: String
  private let series: [(label: String, values: [Double])]
  private let size: (width: Double, height: Double)

  /// Describes the picture; values that are no finite numbers are left out.
  public init(
    title: String, axis: String, series: [(label: String, values: [Double])],
    size: (width: Double, height: Double) = (640, 480)
  ) {
    self.title = title
    self.axis = axis
    self.series = series.map { ($0.label, $0.values.filter(\.isFinite).sorted()) }
    self.size = size
  }

  /// Draws it.
  public func drawing() -> SVGDocument {
    let densities = series.map { Density($0.values) }
    let low = densities.compactMap { $0.points.first?.value }.min() ?? 0
    let high = densities.compactMap { $0.points.last?.value }.max() ?? 1
    let (left, top, right, bottom) = (90.0, 48.0, size.width - 16, size.height - 90)
    func y(_ value: Double) -> Double {
      high > low ? bottom - (value - low) / (high - low) * (bottom - top) : (top + bottom) / 2
    }
    var drawing = SVGDocument(width: size.width, height: size.height)
    drawing.text(title, x: size.width / 2, y: 24, size: 16)
    drawing.text(axis, x: 16, y: (top + bottom) / 2, degrees: -90)
    for tick in 0...4 {
      let value = low + (high - low) * Double(tick) / 4
      drawing.line(
        from: (left, y(value)), to: (right, y(value)), width: 0.5, stroke: "#cccccc")
      drawing.text(String(format: "%.3g", value), x: left - 6, y: y(value), size: 11, anchor: .end)
    }
    let step = (right - left) / Double(max(series.count, 1))
    for (index, density) in densities.enumerated() {
      let centre = left + step * (Double(index) + 0.5)
      let most = density.points.map(\.density).max() ?? 0
      let scale = most > 0 ? 0.42 * step / most : 0
      let sides = density.points.map { (scale * $0.density, y($0.value)) }
      drawing.polygon(
        sides.map { (centre + $0.0, $0.1) } + sides.reversed().map { (centre - $0.0, $0.1) },
        fill: Self.colors[index % Self.colors.count])
      if let box = density.quartiles {
        drawing.line(from: (centre, y(box.first)), to: (centre, y(box.third)), width: 6)
        drawing.line(
          from: (centre - 4, y(box.median)), to: (centre + 4, y(box.median)), width: 2,
          stroke: "#ffffff")
      }
      drawing.text(series[index].label, x: centre, y: bottom + 14, anchor: .end, degrees: -45)
    }
    return drawing
  }

  private static let colors = [
    "#5875a4", "#cc8963", "#5f9e6e", "#b55d60", "#857aab", "#8d7866", "#d095bf", "#8c8c8c",
  ]
}

/// A density estimated from sorted values, and their quartiles.
private struct Density {
  let points: [(value: Double, density: Double)]
  let quartiles: (first: Double, median: Double, third: Double)?

  init(_ values: [Double]) {
    guard let first = values.first, let last = values.last else {
      points = []
      quartiles = nil
      return
    }
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + $1 / count }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
    let bandwidth = variance.squareRoot() * pow(count, -0.2)
    func quantile(_ share: Double) -> Double {
      let place = share * (count - 1)
      let below = Int(place)
      let above = min(below + 1, values.count - 1)
      return values[below] + (place - Double(below)) * (values[above] - values[below])
    }
    quartiles = (quantile(0.25), quantile(0.5), quantile(0.75))
    guard bandwidth > 0 else {
      points = [(first, 1), (last, 1)]
      return
    }
    let (low, high) = (first - 2 * bandwidth, last + 2 * bandwidth)
    points = (0..<100).map { step in
      let value = low + (high - low) * Double(step) / 99
      let density = values.reduce(0) { sum, x in
        let distance = (value - x) / bandwidth
        return sum + exp(-0.5 * distance * distance)
      }
      return (value, density)
    }
  }
}
