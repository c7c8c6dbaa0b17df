import Foundation
import FusionCore

/// Minimises a function of which only the order of values is known: the covariance matrix adaptation
/// evolution strategy.
///
/// Each generation draws candidates from a normal distribution and moves its mean, its covariance and
/// its step size towards the better half. Names, formulas and constants are those of Hansen, "The CMA
/// evolution strategy: A tutorial", 2016, https://arxiv.org/abs/1604.00772, with positive weights. The
/// same seed and the same orders give the same candidates.
struct CMAES {
  /// Number of variables, n.
  let dimension: Int
  /// Candidates of a generation, λ.
  let population: Int
  /// The mean of the distribution.
  private(set) var mean: [Double]
  /// The step size σ.
  private(set) var stepSize: Double

  private let constants: Constants
  private let numbers: NormalNumbers
  private var generation = 0
  private var covariance: [Double]
  /// C = B D² Bᵀ: columns of B, and D.
  private var basis: [Double]
  private var scales: [Double]
  private var decomposedIn = 0
  private var stepPath: [Double]
  private var rankOnePath: [Double]
  /// The steps y of the last generation: candidates are m + σ y.
  private var steps: [[Double]] = []

  /// Starts at a point.
  ///
  /// - Parameters:
  ///   - mean: the start, of at least one variable.
  ///   - stepSize: how far from it the first candidates lie, about; positive.
  ///   - population: candidates of a generation, at least 4; nil for 4 + ⌊3 ln n⌋.
  init(mean: [Double], stepSize: Double, population: Int? = nil, seed: Int) {
    let n = mean.count
    dimension = n
    self.population = population ?? Self.defaultPopulation(dimension: n)
    self.mean = mean
    self.stepSize = stepSize
    constants = Constants(dimension: n, population: self.population)
    numbers = NormalNumbers(seed: seed, stream: 0xC3A)
    covariance = [Double](repeating: 0, count: n * n)
    for i in 0..<n { covariance[i * n + i] = 1 }
    basis = covariance
    scales = [Double](repeating: 1, count: n)
    stepPath = [Double](repeating: 0, count: n)
    rankOnePath = stepPath
  }

  /// 4 + ⌊3 ln n⌋.
  static func defaultPopulation(dimension: Int) -> Int { 4 + Int(3 * log(Double(dimension))) }

  /// The candidates of the next generation.
  mutating func ask() -> [[Double]] {
    decompose()
    steps = (0..<population).map { candidate in
      let first = (generation * population + candidate) * dimension
      let z = (0..<dimension).map { scales[$0] * numbers[UInt64(first + $0)] }
      return (0..<dimension).map { row in
        var sum = 0.0
        for column in 0..<dimension { sum += basis[row * dimension + column] * z[column] }
        return sum
      }
    }
    return steps.map { step in zip(mean, step).map { $0 + stepSize * $1 } }
  }

  /// Learns which candidates were better.
  ///
  /// - Parameter order: the candidates of the last `ask`, by number, the best first.
  mutating func tell(_ order: [Int]) {
    let n = dimension
    let k = constants
    let best = order.prefix(k.weights.count).map { steps[$0] }
    var move = [Double](repeating: 0, count: n)
    for (weight, step) in zip(k.weights, best) {
      for i in 0..<n { move[i] += weight * step[i] }
    }
    for i in 0..<n { mean[i] += stepSize * move[i] }

    let whitened = whitened(move)
    let stepGain = (k.stepDecay * (2 - k.stepDecay) * k.effective).squareRoot()
    for i in 0..<n { stepPath[i] = (1 - k.stepDecay) * stepPath[i] + stepGain * whitened[i] }
    let length = stepPath.reduce(0) { $0 + $1 * $1 }.squareRoot()
    generation += 1
    let unbiased = (1 - pow(1 - k.stepDecay, Double(2 * generation))).squareRoot()
    let isCalm = length / unbiased / k.expectedLength < 1.4 + 2 / (Double(n) + 1)
    let gain = isCalm ? (k.pathDecay * (2 - k.pathDecay) * k.effective).squareRoot() : 0
    for i in 0..<n { rankOnePath[i] = (1 - k.pathDecay) * rankOnePath[i] + gain * move[i] }

    let lost = isCalm ? 0 : k.rankOne * k.pathDecay * (2 - k.pathDecay)
    let keep = 1 - k.rankOne - k.rankMany + lost
    for i in 0..<n {
      for j in i..<n {
        var many = 0.0
        for (weight, step) in zip(k.weights, best) { many += weight * step[i] * step[j] }
        let value =
          keep * covariance[i * n + j] + k.rankOne * rankOnePath[i] * rankOnePath[j]
          + k.rankMany * many
        covariance[i * n + j] = value
        covariance[j * n + i] = value
      }
    }
    stepSize *= exp(min(1, k.stepDecay / k.damping * (length / k.expectedLength - 1)))
  }

  /// C^(-1/2) y.
  private func whitened(_ y: [Double]) -> [Double] {
    let n = dimension
    var result = [Double](repeating: 0, count: n)
    for column in 0..<n {
      var dot = 0.0
      for row in 0..<n { dot += basis[row * n + column] * y[row] }
      dot /= scales[column]
      for row in 0..<n { result[row] += basis[row * n + column] * dot }
    }
    return result
  }

  /// Finds B and D anew, now and then: it costs n³.
  private mutating func decompose() {
    guard generation >= decomposedIn + constants.generationsBetween else { return }
    decomposedIn = generation
    let eigen = SymmetricEigen(covariance, size: dimension)
    guard eigen.values.allSatisfy(\.isFinite) else { return }
    basis = eigen.vectors
    scales = eigen.values.map { max($0, 1e-20).squareRoot() }
  }
}

extension CMAES {
  /// What follows from n and λ alone (table 1 of the tutorial).
  private struct Constants {
    /// w_i of the better half, in order; they add to 1.
    let weights: [Double]
    /// μ_eff, c_c, c_σ, c_1, c_μ, d_σ, E‖N(0, I)‖.
    let effective: Double
    let pathDecay: Double
    let stepDecay: Double
    let rankOne: Double
    let rankMany: Double
    let damping: Double
    let expectedLength: Double
    let generationsBetween: Int

    init(dimension: Int, population: Int) {
      let n = Double(dimension)
      let raw = (1...max(population / 2, 1)).map {
        log((Double(population) + 1) / 2) - log(Double($0))
      }
      let sum = raw.reduce(0, +)
      weights = raw.map { $0 / sum }
      effective = 1 / weights.reduce(0) { $0 + $1 * $1 }
      pathDecay = (4 + effective / n) / (n + 4 + 2 * effective / n)
      stepDecay = (effective + 2) / (n + effective + 5)
      rankOne = 2 / ((n + 1.3) * (n + 1.3) + effective)
      rankMany = min(
        1 - rankOne, 2 * (effective - 2 + 1 / effective) / ((n + 2) * (n + 2) + effective))
      damping = 1 + 2 * max(0, ((effective - 1) / (n + 1)).squareRoot() - 1) + stepDecay
      expectedLength = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
      generationsBetween = max(1, Int(1 / (10 * n * (rankOne + rankMany))))
    }
  }
}
