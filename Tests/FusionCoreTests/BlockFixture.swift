import Tensors

@testable import FusionCore

/// A block over models in memory, whose values it keeps alive.
final class BlockFixture {
  let block: ElementBlock
  private let kept: [Tensor]

  /// Loads stored values, or task vectors where there is a base.
  init(
    models: [[Double]], base: [Double]? = nil, dtype: DType = .float32, precision: DType? = nil
  ) throws {
    let shape = [models.first?.count ?? 0]
    let tensors = try models.enumerated().map {
      try Tensor(TensorName("\($0)"), dtype: dtype, shape: shape, values: $1)
    }
    let baseTensor = try base.map { try Tensor("base", dtype: dtype, shape: shape, values: $0) }
    kept = tensors + (baseTensor.map { [$0] } ?? [])
    block = ElementBlock(modelCount: models.count)
    let wide = dtype == .float64
    block.begin(Slice(tensor: 0, elements: 0..<shape[0]))
    baseTensor?.withBytes { block.setBase($0, dtype, wide: wide) }
    for (m, tensor) in tensors.enumerated() {
      tensor.withBytes {
        if baseTensor != nil {
          block.setTaskVector(m, $0, dtype, wide: wide, precision: precision ?? dtype)
        } else {
          block.setModel(m, $0, dtype, wide: wide)
        }
      }
    }
  }

  /// Model `m`'s values.
  func model(_ m: Int) -> [Double] {
    switch block.models[m] {
    case .float32(let values): values.map { Double($0) }
    case .float64(let values): Array(values)
    }
  }

  /// The result.
  var sum: [Double] { Array(block.sum.values) }
}

extension [Double] {
  /// The bits of all values, those of NaN made alike.
  var bits: [UInt64] { map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern } }
}
