internal import CFusionKernels

/// How many magnitudes of each model lie in each bin of its window, and below it.
struct MagnitudeCounts {
  private(set) var bins: [Int64]
  private(set) var below: [Int64]
  private let binsPerModel: Int

  /// Counts nothing yet.
  init(models: Int, binsPerModel: Int) {
    self.binsPerModel = binsPerModel
    bins = Array(repeating: 0, count: models * binsPerModel)
    below = Array(repeating: 0, count: models)
  }

  /// Counts nothing yet in windows of equally many bins.
  init(_ windows: [MagnitudeWindow]) {
    self.init(models: windows.count, binsPerModel: windows.first?.bins ?? 0)
  }

  /// The bins of model `m`.
  func counts(of m: Int) -> ArraySlice<Int64> {
    bins[m * binsPerModel..<(m + 1) * binsPerModel]
  }

  /// Counts the values of a block, but those of models whose answer is known.
  mutating func add(_ block: ElementBlock, in windows: [MagnitudeWindow]) {
    for (m, window) in windows.enumerated() where window.answer == nil {
      add(block.models[m], of: m, low: window.low, shift: window.shift)
    }
  }

  mutating func add(_ values: Slab, of m: Int, low: UInt64, shift: UInt32) {
    bins.withUnsafeMutableBufferPointer { bins in
      below.withUnsafeMutableBufferPointer { below in
        guard let bins = bins.baseAddress, let below = below.baseAddress else { return }
        let start = bins + m * binsPerModel
        switch values {
        case .float32(let x):
          ck_count_f32(x.baseAddress, x.count, low, shift, binsPerModel, start, below + m)
        case .float64(let x):
          ck_count_f64(x.baseAddress, x.count, low, shift, binsPerModel, start, below + m)
        }
      }
    }
  }

  mutating func add(_ other: MagnitudeCounts) {
    for i in bins.indices { bins[i] += other.bins[i] }
    for i in below.indices { below[i] += other.below[i] }
  }

  /// Adds up what all ranks counted. Every process of `world` needs to call this method.
  mutating func allReduce(in world: any Fabric) throws {
    try world.allReduce(&bins, .sum)
    try world.allReduce(&below, .sum)
  }
}
