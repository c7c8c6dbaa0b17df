/// What configuration, tokenizer and processor files are copied from.
public protocol SideFileSource {
  /// The files, in the order of their names.
  ///
  /// - Throws: `CheckpointError.system`.
  func sideFiles() throws -> [StoredFile]

  /// Copies the files into a directory, each at once or not at all. Files of the same names there
  /// are replaced.
  ///
  /// - Returns: the names, sorted; empty when that is where they are.
  /// - Throws: `CheckpointError.system`, and what reading throws.
  func copySideFiles(to target: String, fsync: Bool) throws -> [String]
}

/// A directory with such files.
public struct SideFileFolder: SideFileSource {
  private let directory: String

  /// Names a directory.
  public init(_ directory: String) { self.directory = directory }

  /// Those in the directory.
  public func sideFiles() throws -> [StoredFile] { try SideFiles.files(in: directory) }

  /// Copies those in the directory.
  public func copySideFiles(to target: String, fsync: Bool) throws -> [String] {
    try SideFiles.copy(from: directory, to: target, fsync: fsync)
  }
}
