/// Methods that are run on one pool together, so that what they have to know of it beforehand
/// (thresholds, votes, norms) is found in as few passes as one of them needs.
public enum MethodGroup {
  /// Runs every method on the pool.
  ///
  /// Every process of `world` needs to call this method. The methods must not read or write what
  /// another one of them writes.
  ///
  /// - Returns: for each method its result, or the error that every rank knows of.
  /// - Throws: an error of this rank alone.
  public static func run(
    _ methods: [BaseAlgorithm], on modelpool: BaseModelPool, in world: any Fabric
  ) throws -> [Result<FusionResult, AgreedError>] {
    let turns = Turns()
    let fabric = methods.count > 1 ? TurnFabric(world, turns) : world
    modelpool.fabric = fabric
    modelpool.passes = methods.count > 1 ? SharedPasses(turns) : SinglePasses()
    defer {
      modelpool.fabric = world
      modelpool.passes = SinglePasses()
      for method in methods { method.fabric = world }
    }
    for method in methods { method.fabric = fabric }
    if methods.count == 1 { return [try outcome(of: methods[0], modelpool)] }

    var outcomes: [Result<Result<FusionResult, AgreedError>, any Error>?] = methods.map { _ in nil }
    withUnsafeMutablePointer(to: &outcomes) { outcomes in
      let bodies = methods.indices.map { index in
        { outcomes.pointee[index] = Result { try outcome(of: methods[index], modelpool) } }
      }
      turns.run(bodies) { SharedPasses.make($0, in: world) }
    }
    return try outcomes.compactMap { $0 }.map { try $0.get() }
  }

  private static func outcome(
    of method: BaseAlgorithm, _ modelpool: BaseModelPool
  ) throws -> Result<FusionResult, AgreedError> {
    do {
      try method.onRunStart()
      let result = try method.run(modelpool)
      try method.onRunEnd()
      return .success(result)
    } catch let error as AgreedError {
      return .failure(error)
    }
  }
}
