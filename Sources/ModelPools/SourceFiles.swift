import Checkpoints

/// A model that an output is made of, and where it is read from.
public struct SourceFiles {
  /// Its name in the pool.
  public let name: String
  /// The checkpoint.
  public let checkpoint: any StoredModel

  /// Names a checkpoint.
  public init(name: String, checkpoint: any StoredModel) {
    self.name = name
    self.checkpoint = checkpoint
  }

  /// Refuses an output that would replace a file of this model.
  ///
  /// Files are compared by device and number, so that links and other spellings do not deceive.
  ///
  /// - Throws: `SaveError.inputIsOutput`.
  func refuse(asOutput path: String) throws {
    guard let output = FileIdentity.of(path) else { return }
    let isFile = SafetensorsWriter.isSingleFile(path)
    let places = isFile ? checkpoint.files.map(\.path) : [checkpoint.directory]
    if places.contains(where: { FileIdentity.of($0) == output }) {
      throw SaveError.inputIsOutput(model: name, path: path)
    }
  }
}
