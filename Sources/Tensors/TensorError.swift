/// What can be wrong with tensors and with the tables that describe them.
public enum TensorError: Error, Equatable {
  case negativeSize(TensorName, shape: [Int])
  case tooLarge(TensorName, shape: [Int])
  case duplicateName(TensorName)
  case missing(TensorName, in: String, didYouMean: String?)
  case unexpected(TensorName, in: String, reference: String)
  case shapeMismatch(TensorName, expected: [Int], found: [Int], in: String, reference: String)
  case kindMismatch(TensorName, expected: DType, found: DType, in: String, reference: String)
  case wrongByteCount(TensorName, expected: Int, found: Int)
}
