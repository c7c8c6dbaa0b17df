internal import CFusionKernels

/// The elected signs of TIES merging while the cuts are known only to lie between bounds.
///
/// Most positions have the same sign for all such cuts. The others' values are kept until the cuts
/// are known, so that thresholds and signs take one pass over the models.
struct SignOutlook {
  /// For each model what its cut lies between, both included; in the type of the values.
  struct Bounds: Sendable {
    let lows: [Double]
    let highs: [Double]
    fileprivate let lows32: [Float]
    fileprivate let highs32: [Float]

    init(_ bounds: [(low: Double, high: Double)]) {
      lows = bounds.map(\.low)
      highs = bounds.map(\.high)
      lows32 = lows.map { Float($0) }
      highs32 = highs.map { Float($0) }
    }

    /// Whether they hold for the cuts.
    func contain(_ cuts: [Double]) -> Bool {
      cuts.indices.allSatisfy { lows[$0] <= cuts[$0] && cuts[$0] <= highs[$0] }
    }
  }

  private let bounds: Bounds
  private let bytes: Int
  private var votes: Int64 = 0
  private var open32: OpenPositions<Float>
  private var open64: OpenPositions<Double>
  private var places: [UInt32] = []
  /// Whether there were more open positions than there is room for.
  private(set) var isFull = false

  /// - Parameter bytes: what the values of open positions may take.
  init(_ bounds: Bounds, bytes: Int) {
    let models = bounds.lows.count
    self.bounds = bounds
    self.bytes = bytes
    open32 = OpenPositions(models: models)
    open64 = OpenPositions(models: models)
  }

  /// Adds a block of task vectors.
  mutating func add(_ block: ElementBlock) {
    guard !isFull else { return }
    let count = block.sum.values.count
    if places.count <= count { places = Array(repeating: 0, count: count + 1) }
    let models = bounds.lows.count
    let found =
      block.isWide
      ? ck_ties_outlook_f64(
        block.pointers64, bounds.lows, bounds.highs, models, count, &votes, &places)
      : ck_ties_outlook_f32(
        block.pointers32, bounds.lows32, bounds.highs32, models, count, &votes, &places)
    let size = (open32.count * 4 + open64.count * 8 + found * (block.isWide ? 8 : 4)) * models
    guard size <= bytes else {
      isFull = true
      return
    }
    for place in places[..<found] {
      let i = Int(place)
      if block.isWide {
        open64.append { block.pointers64[$0]?[i] ?? 0 }
      } else {
        open32.append { block.pointers32[$0]?[i] ?? 0 }
      }
    }
  }

  /// The sum of the elected signs of all blocks, now that the cuts are known.
  func votes(_ consensus: SignConsensus) -> Int64 {
    var votes = votes
    open32.forEachPage { votes += consensus.votes($0, count: $1) }
    open64.forEachPage { votes += consensus.votes($0, count: $1) }
    return votes
  }
}
