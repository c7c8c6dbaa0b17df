import OrderedCollections
import Tensors

/// Several models that answer together: their outputs are combined, not their weights.
public struct Ensemble: Sendable {
  /// How outputs are combined, element by element.
  public enum Combination: Sendable, Equatable {
    /// The mean.
    case mean
    /// The sum of the outputs times one weight per member.
    case weighted([Double])
    /// The largest.
    case maximum
  }

  /// The members and their names, in pool order.
  public let members: [(name: String, model: any StateDict)]
  /// How their outputs are combined.
  public let combination: Combination

  /// Makes an ensemble of at least one member.
  ///
  /// - Throws: `PoolError.noModels`; `AlgorithmError.weightCount`.
  public init(
    _ members: [(name: String, model: any StateDict)], combination: Combination
  ) throws {
    guard !members.isEmpty else { throw PoolError.noModels }
    if case .weighted(let weights) = combination, weights.count != members.count {
      throw AlgorithmError.weightCount(weights: weights.count, models: members.map(\.name))
    }
    self.members = members
    self.combination = combination
  }

  private init(
    unchecked members: [(name: String, model: any StateDict)], _ combination: Combination
  ) {
    self.members = members
    self.combination = combination
  }

  /// The ensemble with every model replaced by what `transform` makes of it.
  ///
  /// - Throws: what `transform` throws.
  public func map(_ transform: (any StateDict) throws -> any StateDict) rethrows -> Ensemble {
    Ensemble(unchecked: try members.map { ($0.name, try transform($0.model)) }, combination)
  }

  /// Combines one output of every member, all of one length: in float64, in the order of the members,
  /// rounded once. A NaN of any member stays one.
  public func combine(_ outputs: [[Float]]) -> [Float] {
    let count = outputs.map(\.count).min() ?? 0
    return (0..<count).map { i in
      switch combination {
      case .mean:
        Float(outputs.reduce(0.0) { $0 + Double($1[i]) } / Double(outputs.count))
      case .weighted(let weights):
        Float(zip(outputs, weights).reduce(0.0) { $0 + Double($1.0[i]) * $1.1 })
      case .maximum:
        outputs.dropFirst().reduce(outputs[0][i]) { largest, output in
          largest.isNaN || output[i] < largest ? largest : output[i]
        }
      }
    }
  }

  /// What `ensemble.json` says: members and combination.
  public var json: JSONValue {
    var entries = combination.entries
    let names = members.map { JSONValue.string($0.name) }
    entries.updateValue(.array(names), forKey: "members", insertingAt: 1)
    return .object(entries)
  }
}

extension Ensemble.Combination {
  /// The combination as members of a JSON object.
  public var entries: OrderedDictionary<String, JSONValue> {
    switch self {
    case .mean: ["combination": .string("mean")]
    case .maximum: ["combination": .string("max")]
    case .weighted(let weights):
      ["combination": .string("weighted"), "weights": .array(weights.map { .number($0) })]
    }
  }

  /// Reads what `entries` gave; nil for anything else.
  public init?(_ json: JSONValue) {
    switch json["combination"] {
    case .string("mean")?: self = .mean
    case .string("max")?: self = .maximum
    case .string("weighted")?:
      guard case .array(let weights)? = json["weights"] else { return nil }
      self = .weighted(
        weights.compactMap { weight in
          switch weight {
          case .number(let value): value
          case .integer(let value): Double(value)
          default: nil
          }
        })
    default: return nil
    }
  }
}
