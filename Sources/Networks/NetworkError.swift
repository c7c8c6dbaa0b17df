import Tensors

/// What can go wrong between a state dict and a network's result.
public enum NetworkError: Error, Equatable {
  /// The program was built without the package trait `LibTorch`.
  case builtWithoutTorch
  case libraryNotFound(path: String)
  case libraryNotLoaded(path: String, reason: String)
  /// `found` is nil where the file has no table of functions at all.
  case libraryIncompatible(path: String, found: Int?, expected: Int)
  case operationFailed(operation: String, reason: String)
  case deviceNotAvailable(TorchDevice, count: Int)
  case unreadableFile(path: String, reason: String)
  case invalidConfig(path: String, key: String, problem: String)
  case wrongInput(expected: [Int], found: [Int])
  /// A layer's number of experts per token, of `experts`.
  case expertCount(layer: String, perToken: Int, experts: Int)
  case emptyDataSet(String)
  case labelOutOfRange(label: Int, image: Int, dataSet: String, classes: Int)
  case invalidBatchSize(Int)
}
