/// What a method cannot do with the pool it is given.
public enum AlgorithmError: Error, CustomStringConvertible {
  case notImplemented(String)
  case tooFewModels(method: String, needed: Int, found: [String])
  case weightCount(weights: Int, models: [String])

  /// One line for the user.
  public var description: String {
    switch self {
    case .notImplemented(let method):
      "\(method) does not override run(_:)"
    case .tooFewModels(let method, let needed, let found):
      "\(method) needs at least \(needed) model(s) beside _pretrained_; the model pool has \(found.count): \(found)"
    case .weightCount(let weights, let models):
      "weights has \(weights) value(s), but the model pool has \(models.count) model(s): \(models)"
    }
  }
}
