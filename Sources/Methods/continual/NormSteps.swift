/// Squared norms over all tensors, for every step of a sequence of task vectors.
struct NormSteps {
  private let models: Int
  /// ‖τ_t‖².
  private var tasks: [Double]
  /// ‖N_t‖² over the tensors that all task vectors are added in.
  private var sums: [Double]
  /// ‖τ_1‖² over the tensors that keep the first task vector.
  private var fixed = 0.0

  init(models: Int) {
    self.models = models
    tasks = Array(repeating: 0, count: models)
    sums = tasks
  }

  /// Adds a matrix: `models` numbers ‖τ_t‖², and as many ‖N_t‖².
  mutating func add(squares: ArraySlice<Double>) {
    for t in 0..<models {
      tasks[t] += squares[squares.startIndex + t]
      sums[t] += squares[squares.startIndex + models + t]
    }
  }

  /// Adds a tensor by the inner products τ_a · τ_b for b <= a, at a · models + b.
  mutating func add(products: [Double], isFixed: Bool) {
    if isFixed { fixed += products[0] }
    var sum = 0.0
    for t in 0..<models {
      tasks[t] += products[t * models + t]
      for s in 0..<t { sum += 2 * products[t * models + s] }
      sum += products[t * models + t]
      // Rounding must not take the square below zero.
      if !isFixed { sums[t] += max(sum, 0) }
    }
  }

  /// What N, and what the first task vector where it is kept, are multiplied by after a step.
  func factors(after step: Int) -> (all: Double, first: Double) {
    var factors = (all: 1.0, first: 1.0)
    var norms = tasks[0].squareRoot()
    for t in 1..<max(step + 1, 1) {
      norms += tasks[t].squareRoot()
      let merged = (sums[t] + factors.first * factors.first * fixed).squareRoot()
      let factor = merged > 0 ? norms / Double(t + 1) / merged : 1
      factors = (factor, factors.first * factor)
    }
    return factors
  }
}
