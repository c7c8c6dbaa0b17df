import Foundation

extension CLIPImagePreprocessor {
  /// Reads a `preprocessor_config.json`.
  ///
  /// - Throws: `DataSetError.unreadable`, `.invalidConfig`.
  public init(path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw DataSetError.unreadable(path: path, reason: error.localizedDescription)
    }
    try self.init(json: data, path: path)
  }

  /// Reads the text of a `preprocessor_config.json`.
  ///
  /// - Parameter path: what to call it in messages.
  /// - Throws: `DataSetError.unreadable`, `.invalidConfig`.
  public init(json: Data, path: String) throws {
    self.init()
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: json)
    } catch let error as DecodingError {
      let (key, problem) = error.place
      throw key.map { DataSetError.invalidConfig(path: path, key: $0, problem: problem) }
        ?? .unreadable(path: path, reason: problem)
    } catch {
      throw DataSetError.unreadable(path: path, reason: error.localizedDescription)
    }
    convertsToRGB = file.do_convert_rgb ?? convertsToRGB
    if let number = file.resample {
      guard let known = Resampling(rawValue: number) else {
        throw DataSetError.invalidConfig(
          path: path, key: "resample", problem: "is \(number); known are 2 (bilinear), 3 (bicubic)")
      }
      resampling = known
    }
    if let given = file.size { size = try Self.size(given, key: "size", path: path) }
    if let given = file.crop_size { crop = try Self.crop(given, path: path) }
    rescaleFactor = file.rescale_factor ?? rescaleFactor
    try readNormalization(file, path: path)
    if file.do_resize == false { size = nil }
    if file.do_center_crop == false { crop = nil }
    if file.do_rescale == false { rescaleFactor = nil }
    if file.do_normalize == false { normalization = nil }
  }

  private mutating func readNormalization(_ file: File, path: String) throws {
    let means = file.image_mean ?? normalization?.means ?? []
    let deviations = file.image_std ?? normalization?.deviations ?? []
    guard means.count == deviations.count else {
      throw DataSetError.invalidConfig(
        path: path, key: "image_std",
        problem: "has \(deviations.count) numbers, but 'image_mean' has \(means.count)")
    }
    guard deviations.allSatisfy({ $0 != 0 }) else {
      throw DataSetError.invalidConfig(path: path, key: "image_std", problem: "holds a zero")
    }
    normalization = Normalization(means: means, deviations: deviations)
  }

  private static func size(_ size: FileSize, key: String, path: String) throws -> Size {
    let values = [size.shortest_edge, size.width, size.height].compactMap { $0 }
    guard values.allSatisfy((1...16384).contains) else {
      throw DataSetError.invalidConfig(
        path: path, key: key, problem: "is \(values), not between 1 and 16384")
    }
    switch (size.shortest_edge, size.width, size.height) {
    case (let edge?, nil, nil): return .shortestEdge(edge)
    case (nil, let width?, let height?): return .exact(width: width, height: height)
    default:
      throw DataSetError.invalidConfig(
        path: path, key: key, problem: "needs 'shortest_edge', or 'height' and 'width'")
    }
  }

  private static func crop(_ size: FileSize, path: String) throws -> Crop {
    switch try Self.size(size, key: "crop_size", path: path) {
    case .shortestEdge(let edge): Crop(width: edge, height: edge)
    case .exact(let width, let height): Crop(width: width, height: height)
    }
  }

  /// A size as files give it: a number, or an object.
  private struct FileSize: Decodable {
    var shortest_edge: Int?
    var width: Int?
    var height: Int?

    enum CodingKeys: String, CodingKey {
      case shortest_edge, width, height
    }

    init(from decoder: any Decoder) throws {
      if let edge = try? decoder.singleValueContainer().decode(Int.self) {
        shortest_edge = edge
        return
      }
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      shortest_edge = try keys.decodeIfPresent(Int.self, forKey: .shortest_edge)
      width = try keys.decodeIfPresent(Int.self, forKey: .width)
      height = try keys.decodeIfPresent(Int.self, forKey: .height)
    }
  }

  /// The file's keys, as they are spelled there.
  private struct File: Decodable {
    var do_convert_rgb: Bool?
    var do_resize: Bool?
    var size: FileSize?
    var resample: Int?
    var do_center_crop: Bool?
    var crop_size: FileSize?
    var do_rescale: Bool?
    var rescale_factor: Double?
    var do_normalize: Bool?
    var image_mean: [Float]?
    var image_std: [Float]?
  }
}
