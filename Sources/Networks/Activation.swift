/// The functions between the two layers of an MLP, by the names that `config.json` uses.
public enum Activation: String, Sendable, CaseIterable {
  case quickGELU = "quick_gelu"
  case gelu

  /// Applies it to every element.
  ///
  /// - Throws: `NetworkError.operationFailed`.
  func callAsFunction(_ input: TorchTensor) throws -> TorchTensor {
    switch self {
    case .quickGELU: try input.quickGELU()
    case .gelu: try input.gelu()
    }
  }
}
