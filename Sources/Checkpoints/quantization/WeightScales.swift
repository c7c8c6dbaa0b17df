internal import CFusionKernels
import Tensors

/// Where the scale of every element of a weight stands among its scales.
struct WeightScales {
  /// The scales' position in the checkpoint's manifest.
  let position: Int
  /// The weight's sizes.
  let shape: [Int]
  /// How many elements in a row share a scale, for every dimension.
  let blocks: [Int]
  /// The scales' sizes, one for every dimension of the weight.
  let sizes: [Int]

  /// Lays scales over a weight: one number, one for every index of the first dimension, or, with as
  /// many dimensions as the weight, one for all, one for each, or one for every block.
  ///
  /// - Parameter block: sizes of the blocks in the last dimensions.
  /// - Returns: nil when the shapes do not fit.
  init?(_ shape: [Int], position: Int, _ scales: [Int], block: [Int]) {
    self.position = position
    self.shape = shape
    var sizes = scales
    if scales.reduce(1, *) == 1 {
      sizes = shape.map { _ in 1 }
    } else if scales.count == 1, shape.count > 1, scales.first == shape.first {
      sizes += shape.dropFirst().map { _ in 1 }
    }
    guard sizes.count == shape.count, !shape.contains(0) else { return nil }
    let aligned = Array(repeating: 1, count: max(shape.count - block.count, 0)) + block
    var blocks: [Int] = []
    for (dimension, (size, count)) in zip(shape, sizes).enumerated() {
      let width = aligned.suffix(shape.count)[aligned.count - shape.count + dimension]
      switch count {
      case 1: blocks.append(size)
      case size: blocks.append(1)
      case (size - 1) / width + 1: blocks.append(width)
      default: return nil
      }
    }
    self.sizes = sizes
    self.blocks = blocks
  }
}

/// Multiplies runs of a weight by their scales, from front to back; a row of scales is held.
struct ScaleCursor {
  let scales: WeightScales
  let source: any StateDict
  private var row = -1
  private var values: [Float] = []

  init(scales: WeightScales, source: any StateDict) {
    self.scales = scales
    self.source = source
  }

  /// Multiplies elements that follow each other, the first being `first` of the weight (row-major).
  ///
  /// - Throws: what reading throws.
  mutating func multiply(_ run: UnsafeMutableBufferPointer<Float>, first: Int) throws {
    let width = scales.shape.last ?? 1
    let block = scales.blocks.last ?? 1
    var done = 0
    while done < run.count {
      let column = (first + done) % width
      try moveTo(row: (first + done) / width)
      let count = min(width - column, run.count - done)
      values.withUnsafeBufferPointer { values in
        ck_multiply_blocks_f32(
          values.baseAddress, block, column, run.baseAddress.map { $0 + done }, count)
      }
      done += count
    }
  }

  /// Reads the scales of a row of the weight, unless they are at hand.
  private mutating func moveTo(row target: Int) throws {
    var rest = target
    var place = 0
    var weight = 1
    for dimension in scales.shape.indices.dropLast().reversed() {
      let index = rest % scales.shape[dimension]
      rest /= scales.shape[dimension]
      place += index / scales.blocks[dimension] * weight
      weight *= scales.sizes[dimension]
    }
    guard place != row else { return }
    let count = scales.sizes.last ?? 1
    values = try source.doubles(
      Slice(tensor: scales.position, elements: place * count..<(place + 1) * count)
    ).map { Float($0) }
    row = place
  }
}
