import Foundation

/// Listing folders.
enum Folder {
  /// The names in a folder but the hidden ones, in the order of their bytes.
  ///
  /// - Throws: `DataSetError.unreadable`.
  static func entries(of path: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw DataSetError.unreadable(path: path, reason: error.localizedDescription)
    }
  }

  /// Whether a folder is there.
  static func isFolder(_ path: String) -> Bool {
    var isFolder = ObjCBool(false)
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
