import FusionCore
import Tensors

/// The factors of the models' adapters, side by side, and what they are added to.
struct SuperposedAdapters {
  /// A weight of the pre-trained model and the factors of what is added to it.
  struct Product {
    /// The weight's position in the pre-trained model.
    let weight: Int
    /// Positions of A and B in `inputs`.
    let a: Int
    let b: Int
    /// How each model's adapter adds their product.
    let updates: [LowRankAdapter.Update]
  }

  /// The factors of all adapters, in the order of the first one.
  let inputs: ElementwiseInputs
  /// What they are added to, in the order of the first adapter.
  let products: [Product]

  /// Checks that all models are adapters of the same weights, by the same factors.
  ///
  /// - Throws: `AlgorithmError.noAdapter`, `.notLowRank`; `TensorError` naming the model and the
  ///   factor that differs.
  init(_ models: [(name: String, stateDict: any StateDict)], base: any StateDict) throws {
    let adapters = try models.map { name, model in
      guard let adapter = (model.origin as? any AdaptedStateDict)?.adapter else {
        throw AlgorithmError.noAdapter(model: name, path: model.label)
      }
      if let other = adapter.otherChanges.first {
        throw AlgorithmError.notLowRank(model: name, path: model.label, tensor: "\(other)")
      }
      return adapter
    }
    inputs = try ElementwiseInputs(models: zip(models, adapters).map { ($0.name, $1.factors) })
    // Factors have one name in all adapters, so what they are added to has, too.
    let updates = adapters.map { adapter in
      Dictionary(
        adapter.updates.map { (adapter.factors.manifest.tensors[$0.a].name, $0) },
        uniquingKeysWith: { first, _ in first })
    }
    let names = inputs.manifest.tensors.map(\.name)
    products = try adapters[0].updates.map { update in
      guard let weight = base.manifest.position(of: update.weight) else {
        throw TensorError.missing(update.weight, in: base.label, didYouMean: nil)
      }
      return Product(
        weight: weight, a: update.a, b: update.b,
        updates: try zip(adapters, updates).map { adapter, updates in
          guard let same = updates[names[update.a]] else {
            throw TensorError.missing(names[update.a], in: adapter.factors.label, didYouMean: nil)
          }
          return same
        })
    }
  }
}
