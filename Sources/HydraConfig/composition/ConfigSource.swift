/// A place where configuration files are looked for.
public enum ConfigSource: Sendable, Hashable, CustomStringConvertible {
  /// Hydra's own files, as this library ships them.
  case builtIn
  /// A directory. The provider says who added it: `main`, `command-line`, …
  case directory(provider: String, path: String)
  /// A place that this program cannot read, such as a Python package.
  case unavailable(provider: String, url: String)
  /// Hydra's own typed configuration, which comes last.
  case schema

  /// The source as messages list it.
  public var description: String { "provider=\(provider), path=\(scheme)://\(path)" }

  /// Who added the source.
  public var provider: String {
    switch self {
    case .builtIn: "hydra"
    case .directory(let provider, _), .unavailable(let provider, _): provider
    case .schema: "schema"
    }
  }

  /// `file`, `pkg` or `structured`.
  public var scheme: String {
    switch self {
    case .builtIn: "pkg"
    case .directory: "file"
    case .unavailable(_, let url): Self.split(url).scheme
    case .schema: "structured"
    }
  }

  /// The path without its scheme.
  public var path: String {
    switch self {
    case .builtIn: "hydra.conf"
    case .directory(_, let path): path
    case .unavailable(_, let url): Self.split(url).path
    case .schema: ""
    }
  }

  /// The source that an entry of `hydra.searchpath` names.
  ///
  /// - Throws: ``ConfigError`` for a scheme that Hydra does not have.
  public init(provider: String, entry: String) throws(ConfigError) {
    let (scheme, path) = Self.split(entry)
    switch scheme {
    case "file": self = .directory(provider: provider, path: path)
    case "pkg", "structured": self = .unavailable(provider: provider, url: entry)
    default: throw .searchPathScheme(scheme)
    }
  }

  private static func split(_ url: String) -> (scheme: String, path: String) {
    guard let separator = url.firstRange(of: "://") else { return ("file", url) }
    return (String(url[..<separator.lowerBound]), String(url[separator.upperBound...]))
  }
}
