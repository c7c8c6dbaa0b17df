internal import Glibc

/// Small files that are written aside and then given their final names in one directory, so that a
/// full disk is noticed while the earlier files are still there.
public final class StagedFiles {
  /// Where the files are written meanwhile: a hidden directory inside the final one.
  public let staging: String
  private let directory: String
  private let fsync: Bool
  private var made: [String] = []

  /// Plans files in `directory`; touches none.
  ///
  /// - Parameters:
  ///   - name: the name of the hidden directory, without its leading dot.
  ///   - fsync: whether to wait until files and names are on the disk.
  public init(in directory: String, name: String, fsync: Bool) {
    self.directory = directory
    self.fsync = fsync
    staging = Paths.join(directory, ".\(name)")
  }

  /// Makes the hidden directory, empty.
  ///
  /// - Throws: `CheckpointError.system`.
  public func begin() throws {
    clear()
    try Directory.create(staging)
  }

  /// Gives every file its final name, in the order of the names, and removes the hidden directory.
  ///
  /// - Throws: `CheckpointError.system`.
  public func publish() throws {
    for name in try Paths.names(in: staging) {
      let final = Paths.join(directory, name)
      let isNew = !Paths.exists(final)
      let staged = Paths.join(staging, name)
      try check("rename into \(directory)", staged) { rename(staged, final) }
      if isNew { made.append(final) }
    }
    rmdir(staging)
    if fsync { try Directory.synchronize(directory) }
  }

  /// Removes what is not published yet, and what is and was not there before.
  public func discard() {
    clear()
    for file in made { unlink(file) }
    made = []
  }

  private func clear() {
    for name in (try? Paths.names(in: staging)) ?? [] { unlink(Paths.join(staging, name)) }
    rmdir(staging)
  }
}
