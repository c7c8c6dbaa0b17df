import Tensors

/// What a method hands to the program.
public enum FusionResult {
  /// Nothing to save or evaluate.
  case none
  /// One merged model.
  case model(any StateDict)
  /// Several models, each saved in a directory of its name and evaluated for itself.
  case models([(name: String, model: any StateDict)])
  /// A pool of new models, saved and evaluated like several.
  case pool(BaseModelPool)
  /// Models that answer together: saved like several, evaluated like one.
  case ensemble(Ensemble)

  /// The result with every model replaced by what `transform` makes of it.
  ///
  /// - Throws: what `transform` throws.
  public func map(_ transform: (any StateDict) throws -> any StateDict) rethrows -> FusionResult {
    switch self {
    case .none: .none
    case .model(let model): .model(try transform(model))
    case .models(let models): .models(try models.map { ($0.name, try transform($0.model)) })
    case .pool(let pool):
      .models(try pool.openedModels.map { ($0.name, try transform($0.model)) })
    case .ensemble(let ensemble): .ensemble(try ensemble.map(transform))
    }
  }

  /// The merged model, or the first of several; nil for an ensemble, which is no model.
  public var model: (any StateDict)? {
    switch self {
    case .none: nil
    case .model(let model): model
    case .models(let models): models.first?.model
    case .pool(let pool): pool.openedModels.first?.model
    case .ensemble: nil
    }
  }

  /// All models, with the names of their directories where there are several.
  public var namedModels: [(name: String?, model: any StateDict)] {
    switch self {
    case .none: []
    case .model(let model): [(nil, model)]
    case .models(let models): models.map { ($0.name, $0.model) }
    case .pool(let pool): pool.openedModels.map { ($0.name, $0.model) }
    case .ensemble(let ensemble): ensemble.members.map { ($0.name, $0.model) }
    }
  }
}
