/// A weighted sum of models: θ = Σ_t w_t x_t / d, or θ = θ_0 + λ · Σ_t w_t x_t / d, with x_t the values
/// or the task vectors of the models.
///
/// Computed in `Double` in the order of the terms, each operation rounded, none left out.
public struct LinearCombination: Sendable {
  /// One summand.
  public struct Term: Sendable {
    /// The model's position in the inputs.
    public let model: Int
    /// w_t
    public let weight: Double
  }

  /// What is added, in this order.
  public let terms: [Term]
  /// d
  public let divisor: Double
  /// λ; nil where the base's values are not added.
  public let factorOntoBase: Double?

  /// A sum with a weight for each model; one without a weight takes no part.
  public init(weights: [Double?], divisor: Double = 1, ontoBase factor: Double? = nil) {
    terms = weights.enumerated().compactMap { model, weight in
      weight.map { Term(model: model, weight: $0) }
    }
    self.divisor = divisor
    factorOntoBase = factor
  }

  /// The sum of the first `count` models.
  public static func sum(of count: Int, ontoBase factor: Double? = nil) -> LinearCombination {
    LinearCombination(weights: Array(repeating: 1, count: count), ontoBase: factor)
  }

  /// The mean of the first `count` models.
  public static func mean(of count: Int) -> LinearCombination {
    LinearCombination(weights: Array(repeating: 1, count: count), divisor: Double(count))
  }
}

extension ElementBlock {
  /// Sets `sum` to the weighted sum of the block's models.
  func combine(_ combination: LinearCombination) {
    for term in combination.terms { sum.add(models[term.model], weight: term.weight) }
    sum.divide(by: combination.divisor)
    if let factor = combination.factorOntoBase { sum.scale(by: factor, onto: base) }
  }
}
