/// A file that belongs to a model.
public struct StoredFile: Sendable, Hashable, Codable {
  /// Where it is.
  public let path: String
  /// Its bytes.
  public let size: Int

  /// Its name, without directory.
  public var name: String { Paths.name(of: path) }

  /// Names a file.
  public init(path: String, size: Int) {
    self.path = path
    self.size = size
  }
}
