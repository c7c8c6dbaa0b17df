import ConfigTree

/// What resolvers may ask of the world. Tests replace it to be independent of clock and environment.
public struct ResolverContext: Sendable {
  /// Looks up an environment variable.
  public var environment: @Sendable (String) -> String?
  /// Formats the time of the run with a `strftime` format. Every call within a run sees one time.
  public var now: @Sendable (_ format: String) -> String
  /// The whole composition, with Hydra's part under `hydra`, for `${hydra:…}`; `nil` before it is known.
  public var composition: ConfigNode?

  /// Uses the given sources.
  public init(
    environment: @escaping @Sendable (String) -> String?,
    now: @escaping @Sendable (_ format: String) -> String,
    composition: ConfigNode? = nil
  ) {
    self.environment = environment
    self.now = now
    self.composition = composition
  }
}
