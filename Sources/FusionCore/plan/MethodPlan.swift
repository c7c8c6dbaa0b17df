/// What a method would do, found without reading a value.
///
/// The method runs as it always does, on headers alone: passes over the models are noted, and what
/// they would have found is taken to be zero. The merge that it returns is good for asking how it is
/// cut (`slices(part:of:limit:)`) and what its slices take (`work(of:)`), not for reading.
public struct MethodPlan {
  /// What the method returned.
  public let result: FusionResult
  /// The passes that it made before, in order.
  public let passes: [PlannedPass]

  /// Runs `method` on `modelpool`.
  ///
  /// - Throws: what the method throws; also where it reads values itself, so that it cannot be
  ///   planned, if reading is forbidden.
  public init(_ method: BaseAlgorithm, on modelpool: BaseModelPool) throws {
    let notes = PassNotes()
    modelpool.passes = NotedPasses(notes: notes)
    defer { modelpool.passes = SinglePasses() }
    try method.onRunStart()
    result = try method.run(modelpool)
    try method.onRunEnd()
    passes = notes.passes
  }
}
