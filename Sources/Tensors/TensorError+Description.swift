extension TensorError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .negativeSize(let name, let shape):
      "tensor '\(name)': negative size in shape \(shape)"
    case .tooLarge(let name, let shape):
      "tensor '\(name)': shape \(shape) overflows the number of bytes"
    case .duplicateName(let name):
      "tensor '\(name)' is listed twice"
    case .missing(let name, let place, let suggestion):
      "\(place): tensor '\(name)' is missing" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    case .unexpected(let name, let place, let reference):
      "\(place): tensor '\(name)' is not in \(reference)"
    case .shapeMismatch(let name, let expected, let found, let place, let reference):
      "\(place): tensor '\(name)' has shape \(found), but \(expected) in \(reference)"
    case .kindMismatch(let name, let expected, let found, let place, let reference):
      "\(place): tensor '\(name)' is \(found.rawValue), but \(expected.rawValue) in \(reference)"
    case .wrongByteCount(let name, let expected, let found):
      "tensor '\(name)': \(found) bytes given where its shape and type need \(expected)"
    }
  }
}
