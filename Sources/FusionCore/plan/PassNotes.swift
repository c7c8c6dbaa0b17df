/// The passes that a method would make, noted instead of made.
final class PassNotes: @unchecked Sendable {
  private(set) var passes: [PlannedPass] = []

  /// Notes passes over `inputs`.
  func add(_ inputs: ElementwiseInputs, _ cut: PassCut, times: Int = 1) {
    for _ in 0..<times { passes.append(PlannedPass(inputs: inputs, cut: cut)) }
  }
}

/// Notes passes and makes none: who wants a pass asks for `notes` first.
struct NotedPasses: PassRunner {
  let notes: PassNotes?

  /// Nothing is read.
  func run(_ pass: ElementwisePass, in world: any Fabric) throws {}
}
