import Tensors

/// What the process that reads an adapter tells the others about it.
struct AdapterDescription: Codable {
  /// What is added to a weight.
  struct Update: Codable {
    let weight: String
    let a: Int
    let b: Int
    let isTransposed: Bool
    let scale: Double
  }

  let label: String
  let factors: [ModelDescription.TensorEntry]
  let updates: [Update]
  let otherChanges: [String]

  /// Describes an adapter.
  init(_ adapter: LowRankAdapter) {
    label = adapter.factors.label
    factors = ModelDescription.entries(of: adapter.factors.manifest)
    updates = adapter.updates.map {
      Update(
        weight: $0.weight.string, a: $0.a, b: $0.b, isTransposed: $0.isTransposed, scale: $0.scale)
    }
    otherChanges = adapter.otherChanges.map(\.string)
  }

  /// The adapter, with what stands for its factors.
  ///
  /// - Throws: `TensorError`.
  func adapter(
    _ makeFactors: (_ label: String, Manifest) -> any StateDict
  ) throws -> LowRankAdapter {
    LowRankAdapter(
      factors: makeFactors(label, try ModelDescription.manifest(of: factors)),
      updates: updates.map {
        LowRankAdapter.Update(
          weight: TensorName($0.weight), a: $0.a, b: $0.b, isTransposed: $0.isTransposed,
          scale: $0.scale)
      },
      otherChanges: otherChanges.map { TensorName($0) })
  }
}
