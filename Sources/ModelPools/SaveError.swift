import Wording

/// What saving refuses.
public enum SaveError: Error, Equatable, CustomStringConvertible {
  case inputIsOutput(model: String, path: String)
  case invalidModelName(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .inputIsOutput(let model, let path):
      "output \(oneLine(path)) is where the model '\(oneLine(model))' is read from; "
        + "choose another folder"
    case .invalidModelName(let name):
      "a model called '\(oneLine(name))' cannot be saved: the name is no folder name"
    }
  }
}
