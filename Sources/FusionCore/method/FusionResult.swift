import Tensors

/// What a method hands to the program.
public enum FusionResult {
  /// Nothing to save or evaluate.
  case none
  /// One merged model.
  case model(any StateDict)
  /// Several models, each saved in a directory of its name and evaluated for itself.
  case models([(name: String, model: any StateDict)])

  /// The merged model, or the first of several.
  public var model: (any StateDict)? {
    switch self {
    case .none: nil
    case .model(let model): model
    case .models(let models): models.first?.model
    }
  }
}
