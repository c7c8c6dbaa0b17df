internal import CFusionKernels

/// Choices among task vectors, element by element. What decides is computed in the block's own
/// type, one model after the other in pool order, as the reference computes it.
extension ElementBlock {
  /// Sets `sum` to the value of largest magnitude among the models; the later one of equals.
  public func setLargestMagnitude() {
    guard let out = sum.values.baseAddress, let first = models.first else { return }
    sum.values.update(repeating: 0)
    sum.add(first)
    for model in models.dropFirst() {
      switch model {
      case .float32(let x): ck_larger_f32(x.baseAddress, out, x.count)
      case .float64(let x): ck_larger_f64(x.baseAddress, out, x.count)
      }
    }
  }

  /// What TALL masks compare with how far the sum is from a task's own vector.
  public enum TallMaskRule: Sendable {
    /// |θ0 - τ_t|, as FusionBench computes it.
    case parameters
    /// |τ_t|, as the paper defines it.
    case taskVectors
  }

  /// Sets `sum` to the sum of the models where at least `least` of the TALL masks of `tasks` hold:
  /// |θ0 - τ_t| > λ |Σ τ - τ_t|, or with |τ_t| on the left.
  public func setSum(
    whereTallMasksOf tasks: Range<Int>, factor: Double, rule: TallMaskRule, hold least: Int
  ) {
    guard let out = sum.values.baseAddress else { return }
    let count = sum.values.count
    sum.values.update(repeating: 0)
    for model in models { sum.add(model) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { counts in
      counts.update(repeating: 0)
      for task in tasks {
        switch base {
        case .float32(let base):
          ck_tall_count_f32(
            pointers32, models.count, task, rule == .parameters ? base.baseAddress : nil,
            Float(factor), count, counts.baseAddress)
        case .float64(let base):
          ck_tall_count_f64(
            pointers64, models.count, task, rule == .parameters ? base.baseAddress : nil, factor,
            count, counts.baseAddress)
        }
      }
      ck_keep_counted(counts.baseAddress, Float(least), out, count)
    }
  }

  /// Sets `sum` to how much the models get in each other's way: Σ_{i≠j} |τ_i| |τ_j|.
  public func setConflict() {
    if let out = sum.values.baseAddress { conflict(into: out) }
  }

  /// Sets `sum` to the sum of the models where their conflict is below `limit`, else 0.
  public func setSum(whereConflictBelow limit: Double) {
    guard let out = sum.values.baseAddress else { return }
    let count = sum.values.count
    sum.values.update(repeating: 0)
    for model in models { sum.add(model) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { measure in
      guard let start = measure.baseAddress else { return }
      conflict(into: start)
      ck_keep_below(start, limit, out, count)
    }
  }

  private func conflict(into out: UnsafeMutablePointer<Double>) {
    if isWide {
      ck_conflict_f64(pointers64, models.count, sum.values.count, out)
    } else {
      ck_conflict_f32(pointers32, models.count, sum.values.count, out)
    }
  }
}

/// EMR merging (Huang et al., 2024): one vector for all tasks, of which each takes a part.
extension ElementBlock {
  /// Sets `sum` to the unified vector: the largest magnitude among the values that have the sign of
  /// the sum of all (negative where that is 0), with that sign; 0 where there is none.
  public func setUnified() {
    guard let out = sum.values.baseAddress else { return }
    if isWide {
      ck_unify_f64(pointers64, models.count, sum.values.count, out)
    } else {
      ck_unify_f32(pointers32, models.count, sum.values.count, out)
    }
  }

  /// Sets to 0 what does not have the sign of a model's value in `values`, or where that is 0.
  public func keepAgreeing(_ values: SumSlab, with model: Int) {
    guard let out = values.values.baseAddress else { return }
    switch models[model] {
    case .float32(let x): ck_keep_agreeing_f32(x.baseAddress, out, x.count)
    case .float64(let x): ck_keep_agreeing_f64(x.baseAddress, out, x.count)
    }
  }
}
