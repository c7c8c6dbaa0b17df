/// Bounds on configuration files and on what they may grow into, so that no file can exhaust the
/// process.
public struct ConfigLimits: Sendable {
  /// The largest file, in bytes.
  public var fileBytes = 1 << 20
  /// The most values in one file, counting every use of an anchor.
  public var nodes = 10_000
  /// The deepest nesting of one file or one override.
  public var depth = 32
  /// The most values that resolving interpolations may produce.
  public var resolvedNodes = 100_000
  /// The most interpolations that may be looked up, those that others lead to included.
  public var evaluations = 50_000
  /// The longest text that one interpolation may produce, in bytes.
  public var resolvedBytes = 1 << 20

  /// The default bounds.
  public init() {}
}
