import Checkpoints
import Foundation

/// What is read of a `merge_manifest.json`.
public struct MergeManifest: Decodable, Sendable {
  /// A weight file.
  public struct File: Decodable, Sendable {
    /// Its name, without directory.
    public let file: String
    /// Its bytes.
    public let size: Int
    /// Their sum.
    public let checksum: FileChecksum

    /// Reads `file`, `size` and the checksum, under the name of its kind.
    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Field.self)
      file = try fields.decode(String.self, forKey: .file)
      size = try fields.decode(Int.self, forKey: .size)
      let xxh128 = try fields.decodeIfPresent(String.self, forKey: .xxh128)
      checksum =
        try xxh128.map { FileChecksum(.xxh128, $0) }
        ?? FileChecksum(.sha256, try fields.decode(String.self, forKey: .sha256))
    }

    private enum Field: String, CodingKey {
      case file, size, sha256, xxh128
    }
  }

  /// The weight files.
  public let outputs: [File]
  /// The files beside them.
  public let sideFiles: [String]?
  /// A checksum of all that the bytes depend on.
  public let plan: String?

  /// How many values are NaN or infinite, of the tensors that have such.
  public let nonFinite: [String: Int]?

  private enum CodingKeys: String, CodingKey {
    case outputs
    case nonFinite = "non_finite"
    case sideFiles = "side_files"
    case plan
  }

  /// The manifest's place for an output: in the directory, that of an adapter too, or beside the
  /// file.
  public static func path(of output: String) -> String {
    if Paths.name(of: output) == SafetensorsWriter.adapterName {
      return Paths.join(Paths.directory(of: output), "merge_manifest.json")
    }
    return SafetensorsWriter.isSingleFile(output)
      ? "\(output).manifest.json" : "\(output)/merge_manifest.json"
  }

  /// Where a weight file of the output at `path` is.
  static func place(of file: String, in path: String) -> String {
    Paths.join(
      SafetensorsWriter.isSingleFile(path) ? Paths.directory(of: path) : path, file)
  }

  /// Reads the manifest of the output at `path`.
  ///
  /// - Throws: `ManifestError` when there is none, or one of another shape.
  public init(of path: String) throws {
    let place = MergeManifest.path(of: path)
    guard FileManager.default.fileExists(atPath: place) else {
      throw ManifestError.missing(place)
    }
    guard let text = FileManager.default.contents(atPath: place) else {
      throw ManifestError.unreadable(place, reason: "it cannot be read")
    }
    do {
      self = try JSONDecoder().decode(MergeManifest.self, from: text)
    } catch {
      throw ManifestError.unreadable(place, reason: Self.reason(error))
    }
    for output in outputs where output.file.isEmpty || output.file.contains("/") {
      throw ManifestError.unreadable(place, reason: "'\(output.file)' is no file name")
    }
    if outputs.isEmpty { throw ManifestError.unreadable(place, reason: "it lists no outputs") }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "it is no JSON"
    }
  }
}
