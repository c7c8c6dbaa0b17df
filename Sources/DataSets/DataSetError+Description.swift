extension DataSetError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .notADataSet(let path):
      "\(path): is no data set; a folder is one that holds IDX files (*-images-idx3-ubyte[.gz] "
        + "and *-labels-idx1-ubyte[.gz]) or one folder of PNG files for every class"
    case .severalDataSets(let path, let files):
      "\(path): holds several data sets (\(files.joined(separator: ", "))); name one of the files"
    case .missingLabels(let images, let expected):
      "\(images): its labels are missing; expected \(expected) or \(expected).gz"
    case .notIDX(let path, let magic):
      "\(path): is no IDX file of unsigned bytes: it begins with \(magic), not [0, 0, 8, rank]"
    case .wrongIDXKind(let path, let expected, let shape):
      "\(path): has shape \(shape); \(expected)"
    case .tooLarge(let path, let shape, let limit):
      "\(path): its header declares shape \(shape), more than its \(limit) bytes can hold"
    case .truncated(let path, let expected, let found):
      "\(path): ends after \(found) of \(expected) bytes"
    case .trailingBytes(let path, let expected):
      "\(path): goes on after the \(expected) bytes that its header declares"
    case .damagedGzip(let path, let reason):
      "\(path): is damaged: \(reason)"
    case .countMismatch(let images, let count, let labels, let found):
      "\(images): holds \(count) images, but \(labels) holds \(found) labels"
    case .notAPNG(let path):
      "\(path): is no PNG file; class folders hold nothing else"
    case .damagedPNG(let path, let reason):
      "\(path): cannot be read as PNG: \(reason)"
    case .imageTooLarge(let path, let width, let height, let limit):
      "\(path): \(width) × \(height) pixels are more than the \(limit) that are read"
    case .invalidConfig(let path, let key, let problem):
      "\(path): '\(key)' \(problem)"
    case .wrongChannels(let expected, let found):
      "an image of \(found) channels where the preprocessor expects \(expected)"
    }
  }
}
