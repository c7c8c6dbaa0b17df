import Tensors

/// A value that a pickle builds. Values refer to each other by their position in the machine's
/// list, so that deep nesting and cycles cost nothing to hold or to free.
enum PickleValue {
  typealias Reference = Int

  case none
  case bool(Bool)
  case int(Int)
  case text(String)
  /// A value that is accepted and has no meaning for weights: a float, bytes, a device.
  case opaque
  case tuple([Reference])
  case list([Reference])
  case set
  case dictionary([(key: Reference, value: Reference)])
  case global(TorchGlobal)
  indirect case storage(TorchStorage)
  indirect case tensor(TorchTensor)
}

/// The storage that a tensor looks at.
struct TorchStorage: Equatable {
  /// Name of the member that holds the bytes.
  let key: String
  /// Type of its elements; nil for untyped bytes.
  let element: TorchElement?
  /// Number of its elements, or bytes.
  let count: Int
}

/// A tensor as the pickle describes it, not checked yet.
struct TorchTensor: Equatable {
  let storage: TorchStorage
  let element: TorchElement
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// The type of elements.
enum TorchElement: Equatable {
  case known(DType)
  /// One that PyTorch has and this program does not compute with.
  case other(String)
}
