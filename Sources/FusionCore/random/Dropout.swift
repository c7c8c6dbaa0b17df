internal import CFusionKernels
import Tensors

/// Drops values of task vectors at random, and rescales those that stay (DARE).
///
/// Each value is set to 0 with probability p, whatever it is; the others become τ / (1 - p),
/// computed in the type of the block. Source: Yu et al., "Language models are super Mario", 2023,
/// https://arxiv.org/abs/2311.03099.
public struct Dropout: Sendable {
  private let draws: RandomDraws
  private let limit: UInt64
  private let divisor: Double
  private let isDropped: [Bool]

  /// Fixes what is dropped.
  ///
  /// - Parameters:
  ///   - probability: p, from 0 to 1; below 1 where values are rescaled.
  ///   - rescale: whether values that stay are divided by 1 - p.
  ///   - tensors: for every tensor whether its values are dropped; the others are left alone.
  public init(probability: Double, rescale: Bool, draws: RandomDraws, tensors: [Bool]) {
    self.draws = draws
    limit = UInt64((probability * 0x1p32).rounded())
    divisor = rescale ? 1 - probability : 1
    isDropped = tensors
  }

  /// Drops and rescales values of all task vectors of a block.
  public func apply(to block: ElementBlock) {
    guard isDropped[block.tensor] else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: block.sum.values.count) { random in
      for (m, values) in block.models.enumerated() {
        draws.fill(random, tensor: block.tensor, model: m, from: block.firstElement)
        switch values {
        case .float32(let x):
          ck_drop_f32(random.baseAddress, limit, Float(divisor), x.baseAddress, x.count)
        case .float64(let x):
          ck_drop_f64(random.baseAddress, limit, divisor, x.baseAddress, x.count)
        }
      }
    }
  }
}
