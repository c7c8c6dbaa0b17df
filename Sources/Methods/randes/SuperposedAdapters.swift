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
    /// Whether the product is added transposed.
    let isTransposed: Bool
    /// What each model's adapter multiplies it by.
    let scales: [Double]
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
    let manifest = inputs.manifest
    products = try adapters[0].updates.map { update in
      guard let weight = base.manifest.position(of: update.weight) else {
        throw TensorError.missing(update.weight, in: base.label, didYouMean: nil)
      }
      // Factors have one name in all adapters, so what they are added to has, too.
      let scales = try adapters.map { adapter in
        let name = manifest.tensors[update.a].name
        guard
          let same = adapter.updates.first(where: {
            adapter.factors.manifest.tensors[$0.a].name == name
          }), same.isTransposed == update.isTransposed
        else { throw TensorError.missing(name, in: adapter.factors.label, didYouMean: nil) }
        return same.scale
      }
      return Product(
        weight: weight, a: update.a, b: update.b, isTransposed: update.isTransposed,
        scales: scales)
    }
  }
}
