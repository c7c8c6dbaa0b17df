/// Which samples of a line make up each sample of the resized line, and with which weights: as
/// integers of 22 fractional bits, so that sums are exact and the result is Pillow's to the bit.
struct ResamplingTable {
  /// For every sample of the result the first one that counts, and where its weights begin.
  private(set) var entries: [(first: Int, weights: Range<Int>)] = []
  private(set) var weights: [Int32] = []

  static let fractionBits = 22

  /// - Parameters:
  ///   - source: samples of the line as it is.
  ///   - target: samples of the resized line.
  init(from source: Int, to target: Int, _ filter: Resampling) {
    let scale = Double(source) / Double(target)
    // Shrinking widens the filter, so that no sample is left out.
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    for index in 0..<target {
      let center = (Double(index) + 0.5) * scale
      let first = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), source)
      let values = (first..<end).map {
        filter.weight((Double($0) - center + 0.5) * (1 / stretch))
      }
      let sum = values.reduce(0, +)
      let start = weights.count
      for value in values {
        let scaled = (sum == 0 ? value : value / sum) * Double(1 << Self.fractionBits)
        weights.append(Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5))
      }
      entries.append((first, start..<weights.count))
    }
  }
}
