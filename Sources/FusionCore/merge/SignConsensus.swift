internal import CFusionKernels

/// The trimming and sign election of TIES merging (Yadav et al., 2023), on blocks of task vectors.
///
/// For task vectors τ_t with cut c_t the trimmed value is τ_t where |τ_t| ≥ c_t, else 0. The sign
/// of a position is that of the sum of the trimmed values, added in pool order in the task
/// vectors' own type, as the reference adds them; a position whose sum is 0 takes the majority.
public struct SignConsensus: Sendable {
  /// How the values that agree with the elected sign are combined.
  public enum Function: Sendable {
    case sum
    /// Divided by how many agree.
    case mean
    /// The largest magnitude, with the elected sign.
    case max
  }

  /// For each model the magnitude below which its values are zeroed.
  let cuts: [Double]
  private let cuts32: [Float]

  /// Fixes the magnitudes below which each model's task vector is zeroed, in pool order.
  public init(cuts: [Double]) {
    self.cuts = cuts
    cuts32 = cuts.map { Float($0) }
  }

  /// The sum of the elected signs (+1, 0, -1) of a block.
  public func votes(_ block: ElementBlock) -> Int64 {
    var votes: Int64 = 0
    let count = block.sum.values.count
    if block.isWide {
      ck_ties_vote_f64(block.pointers64, cuts, cuts.count, count, &votes)
    } else {
      ck_ties_vote_f32(block.pointers32, cuts32, cuts32.count, count, &votes)
    }
    return votes
  }

  /// The sum of the elected signs of values, `count` of each model.
  func votes(_ models: [UnsafePointer<Float>?], count: Int) -> Int64 {
    var votes: Int64 = 0
    ck_ties_vote_f32(models, cuts32, cuts32.count, count, &votes)
    return votes
  }

  /// The sum of the elected signs of values, `count` of each model.
  func votes(_ models: [UnsafePointer<Double>?], count: Int) -> Int64 {
    var votes: Int64 = 0
    ck_ties_vote_f64(models, cuts, cuts.count, count, &votes)
    return votes
  }

  /// Sets the block's sum to the merged task vector.
  ///
  /// - Parameter majority: sign of the sum of all elected signs: +1, 0 or -1.
  public func merge(_ block: ElementBlock, majority: Int, _ function: Function) {
    guard let out = block.sum.values.baseAddress else { return }
    let (count, code) = (block.sum.values.count, function.code)
    if block.isWide {
      ck_ties_merge_f64(block.pointers64, cuts, cuts.count, count, Int32(majority), code, out)
    } else {
      ck_ties_merge_f32(block.pointers32, cuts32, cuts32.count, count, Int32(majority), code, out)
    }
  }

  /// Merges whole vectors of one length, one for each cut, whose own elected signs decide where
  /// there is none.
  public func merge(
    _ vectors: [UnsafeBufferPointer<Double>], _ function: Function,
    into merged: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(vectors.count == cuts.count)
    precondition(vectors.allSatisfy { $0.count == merged.count })
    guard let out = merged.baseAddress else { return }
    let pointers = vectors.map(\.baseAddress)
    var votes: Int64 = 0
    ck_ties_vote_f64(pointers, cuts, cuts.count, merged.count, &votes)
    ck_ties_merge_f64(
      pointers, cuts, cuts.count, merged.count, Int32(votes.signum()), function.code, out)
  }
}

extension SignConsensus.Function {
  fileprivate var code: ck_ties_merge {
    switch self {
    case .sum: CK_TIES_SUM
    case .mean: CK_TIES_MEAN
    case .max: CK_TIES_MAX
    }
  }
}
