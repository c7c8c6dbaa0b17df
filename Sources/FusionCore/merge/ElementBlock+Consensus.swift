internal import CFusionKernels

extension ElementBlock {
  private var count: Int { sum.values.count }

  /// sum = the pre-trained values moved towards those of the first model by `t` at most, all the way
  /// where they are closer.
  public func moveBase(by t: Double) {
    guard let out = sum.values.baseAddress else { return }
    switch (base, models[0]) {
    case (.float32(let base), .float32(let x)):
      ck_nearswap_f32(base.baseAddress, x.baseAddress, t, out, count)
    case (.float64(let base), .float64(let x)):
      ck_nearswap_f64(base.baseAddress, x.baseAddress, t, out, count)
    default: preconditionFailure("a block is computed in one type")
    }
  }

  /// Adds to `shared` and `unique`, one number per model each, how many values with a magnitude above
  /// `epsilon` a model has where others have one too, and where none has.
  public func countActive(above epsilon: Double, shared: inout [Double], unique: inout [Double]) {
    if isWide {
      ck_ram_counts_f64(pointers64, models.count, count, epsilon, &shared, &unique)
    } else {
      ck_ram_counts_f32(pointers32, models.count, count, epsilon, &shared, &unique)
    }
  }

  /// sum = the mean of the models' values with a magnitude above `epsilon`; one that is alone is
  /// multiplied by its model's scale.
  public func meanOfActive(above epsilon: Double, uniqueScales: [Double]) {
    guard let out = sum.values.baseAddress else { return }
    if isWide {
      ck_ram_merge_f64(pointers64, models.count, count, epsilon, uniqueScales, out)
    } else {
      ck_ram_merge_f32(pointers32, models.count, count, epsilon, uniqueScales, out)
    }
  }

  /// sum = the variance of the models' values, divided by their number, in the values' precision.
  public func variance() {
    guard let out = sum.values.baseAddress else { return }
    if isWide {
      ck_variance_f64(pointers64, models.count, count, out)
    } else {
      ck_variance_f32(pointers32, models.count, count, out)
    }
  }

  /// Zeroes the values of model `m` whose magnitudes come before `first`, or not before `last`.
  /// For task vectors.
  public func keep(_ m: Int, from first: RankCut, to last: RankCut) {
    let start = UInt64(firstElement)
    for (cut, before): (RankCut, Int32) in [(first, 1), (last, 0)] {
      switch models[m] {
      case .float32(let x):
        ck_zero_before_f32(x.baseAddress, x.count, start, cut.pattern, cut.element, before)
      case .float64(let x):
        ck_zero_before_f64(x.baseAddress, x.count, start, cut.pattern, cut.element, before)
      }
    }
  }

  /// Zeroes all models' values where `sum` comes before `first` in the order of its magnitudes.
  /// For task vectors.
  public func keepWhereSum(from first: RankCut) {
    let start = UInt64(firstElement)
    for model in models {
      switch model {
      case .float32(let x):
        ck_zero_by_key_f32(
          sum.values.baseAddress, x.baseAddress, x.count, start, first.pattern, first.element)
      case .float64(let x):
        ck_zero_by_key_f64(
          sum.values.baseAddress, x.baseAddress, x.count, start, first.pattern, first.element)
      }
    }
  }

  /// Multiplies the values of model `m`, in their own precision. For task vectors.
  public func multiply(_ m: Int, by factor: Double) {
    switch models[m] {
    case .float32(let x): for i in x.indices { x[i] *= Float(factor) }
    case .float64(let x): for i in x.indices { x[i] *= factor }
    }
  }

  /// What decides the sign of a position.
  public enum SignVote: Sendable {
    /// None is elected: all values count.
    case none
    /// The sum of weighted values.
    case sum
    /// The sum of their signs.
    case count
  }

  /// sum = Σ_m weights[m] · models[m] over the values that have the elected sign, divided by the sum
  /// of their weights if wanted; 0 elects +.
  ///
  /// - Parameters:
  ///   - voteWeights: what values are multiplied by before the vote, in their own precision.
  ///   - divisor: makes of the sum of weights what to divide by; nil does not divide.
  public func consensus(
    _ vote: SignVote, voteWeights: [Double], weights: [Double], divisor: ((Double) -> Double)? = nil
  ) {
    guard let out = sum.values.baseAddress else { return }
    let code =
      switch vote {
      case .none: CK_VOTE_NONE
      case .sum: CK_VOTE_SUM
      case .count: CK_VOTE_COUNT
      }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { totals in
      guard let total = totals.baseAddress else { return }
      if isWide {
        ck_consensus_f64(pointers64, voteWeights, weights, models.count, count, code, out, total)
      } else {
        ck_consensus_f32(pointers32, voteWeights, weights, models.count, count, code, out, total)
      }
      guard let divisor else { return }
      for i in 0..<count { sum.values[i] /= divisor(totals[i]) }
    }
  }
}
