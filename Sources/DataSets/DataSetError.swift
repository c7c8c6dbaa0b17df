/// What can be wrong with data sets and with the settings of a preprocessor. Every case names the
/// file or folder.
public enum DataSetError: Error, Equatable {
  case unreadable(path: String, reason: String)
  case notADataSet(path: String)
  case severalDataSets(path: String, files: [String])
  case missingLabels(images: String, expected: String)

  case notIDX(path: String, magic: [UInt8])
  case wrongIDXKind(path: String, expected: String, shape: [Int])
  case tooLarge(path: String, shape: [Int], limit: Int)
  case truncated(path: String, expected: Int, found: Int)
  case trailingBytes(path: String, expected: Int)
  case damagedGzip(path: String, reason: String)
  case countMismatch(images: String, count: Int, labels: String, found: Int)

  case notAPNG(path: String)
  case damagedPNG(path: String, reason: String)
  case imageTooLarge(path: String, width: Int, height: Int, limit: Int)

  case invalidConfig(path: String, key: String, problem: String)
  case wrongChannels(expected: Int, found: Int)
}
