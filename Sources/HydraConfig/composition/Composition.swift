import ConfigTree

/// A composed configuration.
public struct Composition: Sendable {
  /// The job's configuration, with its interpolations unresolved.
  public var job: ConfigNode
  /// Hydra's own configuration, with its interpolations unresolved.
  public var hydra: ConfigNode
  /// The overrides of the job, as given.
  public var taskOverrides: [String]
  /// The overrides of Hydra's configuration, as given.
  public var hydraOverrides: [String]
  /// The option of every group; `nil` where the choice is `null`.
  public var choices: [(group: String, option: String?)]
  /// Where files were looked for.
  public var sources: [ConfigSource]
  /// Remarks for the user that are not errors.
  public var warnings: [String]
  /// Clock and environment of the composition, so that every `${now:…}` of a run is the same.
  public var context: ResolverContext

  /// Both configurations in one tree: Hydra's under the key `hydra`, first.
  public var root: ConfigNode {
    var result = ConfigNode(.dictionary(["hydra": hydra]))
    for (key, value) in job.dictionary ?? [:] {
      guard case .dictionary(var entries) = result.value else { break }
      entries[key] = value
      result.value = .dictionary(entries)
    }
    return result
  }
}
