import FusionCore

extension NumberOrList {
  /// The numbers for the models called `names`.
  ///
  /// - Throws: `ParameterError.invalid` when a list has another length.
  func values(for names: [String], key: String) throws -> [Double] {
    switch self {
    case .number(let value): return names.map { _ in value }
    case .list(let values):
      guard values.count == names.count else {
        throw ParameterError.invalid(
          key: "method.\(key)", value: "\(values)",
          requirement: "\(values.count) value(s), but the model pool has \(names.count) model(s): "
            + "\(names); give one number for all, or one for each")
      }
      return values
    }
  }

  /// Refuses numbers that `isValid` does.
  ///
  /// - Throws: `ParameterError.invalid` naming the first of them.
  func check(key: String, _ requirement: String, _ isValid: (Double) -> Bool) throws {
    switch self {
    case .number(let value):
      guard isValid(value) else {
        throw ParameterError.invalid(key: key, value: "\(value)", requirement: requirement)
      }
    case .list(let values):
      if let position = values.firstIndex(where: { !isValid($0) }) {
        throw ParameterError.invalid(
          key: "\(key)[\(position)]", value: "\(values[position])", requirement: requirement)
      }
    }
  }
}
