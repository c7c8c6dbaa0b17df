import FusionCore
import Tensors

/// Elements of floating-point tensors, chosen at random without repetition, the same for all models.
struct ElementSample {
  private let elements: [(tensor: Int, element: Int)]

  /// Chooses elements; nil where there are no more than are wanted.
  ///
  /// - Parameter most: how many; nil or 0 for all.
  init?(_ inputs: ElementwiseInputs, most: Int?, seed: Int) {
    let floats = inputs.manifest.floatPositions
    let total = floats.reduce(0) { $0 + inputs.manifest.tensors[$1].count }
    guard let most, most > 0, most < total else { return nil }
    // Floyd's algorithm: as many draws as elements.
    let draws = RandomDraws(seed: seed, manifest: inputs.manifest)
    var chosen = Set<Int>()
    for (draw, last) in (total - most..<total).enumerated() {
      let pick = draws.number(draw, below: last + 1)
      if !chosen.insert(pick).inserted { chosen.insert(last) }
    }
    self.init(chosen.sorted(), of: floats, inputs.manifest)
  }

  /// All elements.
  init(all inputs: ElementwiseInputs) {
    let floats = inputs.manifest.floatPositions
    let total = floats.reduce(0) { $0 + inputs.manifest.tensors[$1].count }
    self.init(Array(0..<total), of: floats, inputs.manifest)
  }

  /// - Parameter sorted: ascending positions in the tensors at `floats`, one after the other.
  private init(_ sorted: [Int], of floats: [Int], _ manifest: Manifest) {
    var elements: [(tensor: Int, element: Int)] = []
    elements.reserveCapacity(sorted.count)
    var next = 0
    var start = 0
    for tensor in floats {
      let end = start + manifest.tensors[tensor].count
      while next < sorted.count && sorted[next] < end {
        elements.append((tensor, sorted[next] - start))
        next += 1
      }
      start = end
    }
    self.elements = elements
  }

  /// The chosen elements of every model's task vector.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  func taskVectors(of inputs: ElementwiseInputs, in world: any Fabric) throws -> [[Double]] {
    let count = elements.count
    var values = [Double](repeating: 0, count: inputs.modelCount * count)
    let mine =
      count * world.globalRank / world.worldSize..<count * (world.globalRank + 1)
      / world.worldSize
    try world.agreeing {
      var next = mine.lowerBound
      while next < mine.upperBound {
        // Neighbours are read at once.
        let (tensor, first) = elements[next]
        var end = next + 1
        while end < mine.upperBound && elements[end] == (tensor, first + end - next) { end += 1 }
        try inputs.forEachBlock(
          of: Slice(tensor: tensor, elements: first..<first + end - next)
        ) { block, range in
          for (m, model) in block.models.enumerated() {
            for (offset, value) in zip(range, model.doubles()) {
              values[m * count + next + offset] = value
            }
          }
        }
        next = end
      }
    }
    // Zero but at the owner, so that the union is exact.
    try values.withUnsafeMutableBytes { try world.join($0) }
    return (0..<inputs.modelCount).map { Array(values[$0 * count..<($0 + 1) * count]) }
  }
}
