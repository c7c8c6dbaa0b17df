import FusionCore
import LinearAlgebra
import Synchronization
import Tensors
import Threading

/// The decompositions behind an adapter, shared by its casts: made when a factor is read, and kept
/// until the other one has been read too.
final class LoRAWork: Sendable {
  let modules: [LoRAModule]
  /// What the modules take.
  let demands: [MatrixMerge.Demand]
  private let inputs: ElementwiseInputs
  private let rule: LoRAFactors.Rule
  private let slots: [Slot]
  private let gate: MemoryGate
  private let pools = MatrixPools()
  private let count = DecompositionCount()
  private let plan = Mutex<(parts: Int, modules: [[Int]])>((0, []))

  /// The factors of one module while they are wanted.
  private final class Slot: Sendable {
    struct State {
      var factors: LoRAFactors?
      var hasGivenA = false
      var hasGivenB = false
      var energy = (kept: 0.0, total: 0.0)
    }
    let state = Mutex(State())
  }

  init(
    _ modules: [LoRAModule], _ inputs: ElementwiseInputs, _ rule: LoRAFactors.Rule,
    in world: any Fabric
  ) {
    self.modules = modules
    self.inputs = inputs
    self.rule = rule
    demands = modules.map { Self.demand($0.rows, $0.columns, rank: rule.limit($0)) }
    slots = modules.map { _ in Slot() }
    gate = MemoryGate(limit: MemoryGate.share(of: world))
  }

  /// The modules of one part, the dearest first.
  func dealt(part: Int, of parts: Int) -> [Int] {
    plan.withLock { plan in
      if plan.parts != parts {
        plan = (parts, Dealing.parts(of: demands.map(\.seconds), among: parts))
      }
      return plan.modules[part]
    }
  }

  /// Decomposes this process's modules, and keeps the factors.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Returns: the rank of every module, whoever decomposed it.
  /// - Throws: `AgreedError`.
  func computeAll(in world: any Fabric) throws -> [Int] {
    let own = dealt(part: world.globalRank, of: world.worldSize)
    let threads = world.threads
    try world.agreeing {
      try Parallel(threads: threads).forEach(own.count) { item in
        _ = try self.withFactors(of: own[item]) { $0.rank }
      }
    }
    var ranks = slots.map { Int64($0.state.withLock { $0.factors?.rank ?? 0 }) }
    try world.allReduce(&ranks, .max)
    return ranks.map(Int.init)
  }

  /// Lends the factors of a module, which are made unless they are kept.
  ///
  /// - Parameter finishes: whether with this A, or B, has been read to its end.
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  func withFactors<R>(
    of module: Int, finishesA: Bool = false, finishesB: Bool = false, _ body: (LoRAFactors) -> R
  ) throws -> R {
    // A thread that wants the other factor waits for this one.
    try slots[module].state.withLock { state in
      let factors = try state.factors ?? compute(module)
      let result = body(factors)
      state.energy = factors.energy
      state.hasGivenA = state.hasGivenA || finishesA
      state.hasGivenB = state.hasGivenB || finishesB
      state.factors = state.hasGivenA && state.hasGivenB ? nil : factors
      if state.factors == nil { (state.hasGivenA, state.hasGivenB) = (false, false) }
      return result
    }
  }

  private func compute(_ number: Int) throws -> LoRAFactors {
    let module = modules[number]
    let bytes = demands[number].numbers.multipliedReportingOverflow(by: 8)
    return try gate.pass(bytes.overflow ? .max : bytes.partialValue) {
      try pools.withPool { pool in
        let algebra = try MatrixAlgebra(
          tensor: "\(inputs.manifest.tensors[module.tensor].name)", pool: pool, count: count)
        let values = UnsafeMutableBufferPointer<Double>.allocate(
          capacity: module.rows * module.columns)
        defer { values.deallocate() }
        values.initialize(repeating: 0)
        let task = try MatrixTask(inputs, tensor: module.tensor, values: values, algebra: algebra)
        return try LoRAFactors(task, of: module, rule)
      }
    }
  }

  /// How many modules were decomposed, and the share of their squared change that is kept.
  ///
  /// Every process of `world` needs to call this method.
  func energy(in world: any Fabric) throws -> (modules: Int, share: Double) {
    // Where several processes know a module they know the same of it.
    var sums = slots.flatMap { slot in slot.state.withLock { [$0.energy.kept, $0.energy.total] } }
    try world.allReduce(&sums, .max)
    let kept = stride(from: 0, to: sums.count, by: 2).reduce(0) { $0 + sums[$1] }
    let total = stride(from: 1, to: sums.count, by: 2).reduce(0) { $0 + sums[$1] }
    return (modules.count, total > 0 ? kept / total : 1)
  }

  /// What reading the weights of a module takes.
  func bytesRead(_ module: Int) -> Int {
    inputs.work(
      of: Slice(
        tensor: modules[module].tensor,
        elements: 0..<modules[module].rows * modules[module].columns)
    ).bytesRead
  }

  /// What an m x n matrix takes.
  private static func demand(_ m: Int, _ n: Int, rank: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    return MatrixMerge.Demand(
      seconds: MatrixCost.triplets(m, n, rank: rank),
      numbers: 2 * m * n + 2 * rank * (m + n) + 3 * side * side)
  }
}
