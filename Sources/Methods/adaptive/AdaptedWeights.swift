import FusionCore
import OrderedCollections

/// The best weights of a search.
struct AdaptedWeights {
  /// The generation that found them, from 1; 0 for the weights to begin with.
  let step: Int
  /// Group by group, in each one weight per model.
  let weights: [Double]
  /// How good they are.
  let score: AdaptiveScore

  /// What `adaptive_weights.json` says, and the report.
  func json(models: [String], groups: [String]) -> JSONValue {
    var table: OrderedDictionary<String, JSONValue> = [:]
    for (group, name) in groups.enumerated() {
      var row: OrderedDictionary<String, JSONValue> = [:]
      for (model, modelName) in models.enumerated() {
        row[modelName] = .number(weights[group * models.count + model])
      }
      table[name] = .object(row)
    }
    return .object([
      "step": .integer(step), "accuracy": .number(score.accuracy), "loss": .number(score.loss),
      "weights": .object(table),
    ])
  }
}
