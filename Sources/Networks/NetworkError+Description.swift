extension NetworkError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .builtWithoutTorch:
      "this build has no libtorch (trait LibTorch is off), so it cannot run networks: "
        + "use taskpool=dummy, or build without --disable-default-traits"
    case .libraryNotFound(let path):
      "\(path): no such file; networks need this library: build the product CTorch, "
        + "or name the file in FUSION_BENCH_CTORCH"
    case .libraryNotLoaded(let path, let reason):
      "\(path): cannot be loaded: \(reason); is libtorch installed (Debian: libtorch-dev)?"
    case .libraryIncompatible(let path, let found?, let expected):
      "\(path): has interface version \(found), this program needs \(expected): build both together"
    case .libraryIncompatible(let path, nil, _):
      "\(path): is no libtorch interface of this program (it has no 'ctorch_api', "
        + "or was built with trait LibTorch off)"
    case .operationFailed(let operation, let reason):
      "libtorch: \(operation): \(reason)"
    case .deviceNotAvailable(let device, let count):
      "device '\(device)' is not available: libtorch finds \(count) of its kind; use 'cpu'"
    case .unreadableFile(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .invalidConfig(let path, let key, let problem):
      "\(path): '\(key)' \(problem)"
    case .wrongInput(let expected, let found):
      "images of shape \(found) given to a network that takes \(expected)"
    case .expertCount(let layer, let perToken, let experts):
      "layer '\(layer)': a token cannot go through \(perToken) of \(experts) experts "
        + "('gate.top_k')"
    case .emptyDataSet(let name):
      "\(name): holds no image"
    case .labelOutOfRange(let label, let image, let dataSet, let classes):
      "\(dataSet): image \(image) has label \(label), but the head knows \(classes) classes "
        + "(0 to \(classes - 1))"
    case .invalidBatchSize(let size):
      "batch size \(size): it must be at least 1"
    }
  }
}
