/// The part of a data set that is asked for.
public enum DataSplit: String, Sendable, CaseIterable {
  case test
  case train

  /// How files of this part begin their names in MNIST's naming.
  var prefixes: [String] {
    switch self {
    case .test: ["t10k", "test"]
    case .train: ["train"]
    }
  }
}
