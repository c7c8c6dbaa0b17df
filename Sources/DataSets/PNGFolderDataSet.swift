/// PNG files in one folder per class. Classes are numbered by the order of their folders' names,
/// images by class and then by the order of the files' names; both compare as bytes.
public struct PNGFolderDataSet: ImageDataSet {
  /// The folder of the class folders.
  public let path: String
  /// The names of the class folders, in order.
  public let classNames: [String]?
  private let files: [String]
  private let labels: [Int]

  /// Lists the class folders; images are read when asked for.
  ///
  /// - Throws: `DataSetError.notADataSet`, `.notAPNG`, `.unreadable`.
  public init(path: String) throws {
    var files: [String] = []
    var labels: [Int] = []
    let names = try Folder.entries(of: path).filter { Folder.isFolder("\(path)/\($0)") }
    for (label, name) in names.enumerated() {
      let folder = "\(path)/\(name)"
      for file in try Folder.entries(of: folder) {
        guard file.lowercased().hasSuffix(".png"), !Folder.isFolder("\(folder)/\(file)") else {
          throw DataSetError.notAPNG(path: "\(folder)/\(file)")
        }
        files.append("\(folder)/\(file)")
        labels.append(label)
      }
    }
    guard !files.isEmpty else { throw DataSetError.notADataSet(path: path) }
    self.path = path
    self.classNames = names
    self.files = files
    self.labels = labels
  }

  /// Number of images.
  public var count: Int { files.count }

  /// One image, as red, green and blue.
  ///
  /// - Throws: `DataSetError.damagedPNG`, `.imageTooLarge`.
  public func image(_ index: Int) throws -> Image { try PNGFile.read(path: files[index]) }

  /// The class of one image.
  public func label(_ index: Int) -> Int { labels[index] }
}
