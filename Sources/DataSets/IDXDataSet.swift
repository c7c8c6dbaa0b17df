/// Images and labels in two IDX files, as MNIST comes: gray `[n, h, w]` or colour `[n, h, w, 3]`.
public struct IDXDataSet: ImageDataSet {
  private let images: IDXFile
  private let labels: IDXFile
  private let channels: Int

  /// Reads both files.
  ///
  /// - Throws: `DataSetError` with the file that is wrong.
  public init(images: String, labels: String) throws {
    self.images = try IDXFile(path: images)
    self.labels = try IDXFile(path: labels)
    let shape = self.images.shape
    channels = shape.count == 4 ? shape[3] : 1
    guard shape.count == 3 || (shape.count == 4 && (channels == 1 || channels == 3)) else {
      throw DataSetError.wrongIDXKind(
        path: images, expected: "images have [n, height, width] or [n, height, width, 3]",
        shape: shape)
    }
    guard shape[0] == 0 || shape[1] > 0 && shape[2] > 0 else {
      throw DataSetError.wrongIDXKind(
        path: images, expected: "images have at least one pixel", shape: shape)
    }
    guard self.labels.shape.count == 1 else {
      throw DataSetError.wrongIDXKind(
        path: labels, expected: "labels have [n]", shape: self.labels.shape)
    }
    guard shape[0] == self.labels.shape[0] else {
      throw DataSetError.countMismatch(
        images: images, count: shape[0], labels: labels, found: self.labels.shape[0])
    }
  }

  /// The file of the images.
  public var path: String { images.path }
  /// Number of images.
  public var count: Int { images.shape[0] }
  /// IDX files have no class names.
  public var classNames: [String]? { nil }

  /// One image.
  public func image(_ index: Int) -> Image {
    let size = images.shape[1] * images.shape[2] * channels
    return Image(
      width: images.shape[2], height: images.shape[1], channels: channels,
      samples: Array(images.bytes[index * size..<(index + 1) * size]))
  }

  /// The class of one image.
  public func label(_ index: Int) -> Int { Int(labels.bytes[index]) }
}
