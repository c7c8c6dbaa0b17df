/// Images, each with the number of its class. Reading is safe from several threads at once.
public protocol ImageDataSet: Sendable {
  /// What to call it in messages.
  var path: String { get }

  /// Number of images.
  var count: Int { get }

  /// The names of the classes by number, where the data set knows them.
  var classNames: [String]? { get }

  /// One image, by its number from 0.
  ///
  /// - Throws: when it cannot be read.
  func image(_ index: Int) throws -> Image

  /// The class of one image, from 0.
  func label(_ index: Int) -> Int
}
