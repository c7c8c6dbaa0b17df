import Checkpoints
import Wording

/// What is wrong with a manifest, or with the files that it lists.
public enum ManifestError: Error, Equatable, CustomStringConvertible {
  case missing(String)
  case unreadable(String, reason: String)
  case wrongSize(String, expected: Int, found: Int)
  case wrongChecksum(String, expected: FileChecksum, found: FileChecksum)

  /// One line for the user.
  public var description: String {
    switch self {
    case .missing(let path): "\(oneLine(path)): no such file; was it merged by fusion_bench?"
    case .unreadable(let path, let reason):
      "\(oneLine(path)): not a merge manifest: \(oneLine(reason))"
    case .wrongSize(let path, let expected, let found):
      "\(oneLine(path)): \(found) bytes, but the manifest says \(expected)"
    case .wrongChecksum(let path, let expected, let found):
      "\(oneLine(path)): \(found.kind.rawValue) is \(found.digits), but the manifest says "
        + oneLine(expected.digits)
    }
  }
}
