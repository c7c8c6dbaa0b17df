import ConfigTree
import Foundation
import OrderedCollections

extension ConfigComposer {
  /// Writes what is only known now into Hydra's configuration.
  func fillIn(
    _ root: TreeNode, overrides: [Override], choices: OrderedDictionary<String, String?>,
    sources: [ConfigSource], configName: String?
  ) throws(ConfigError) {
    guard let hydra = root.entries["hydra"] else { return }
    let lists = hydra.ensureDictionary("overrides")
    lists.set("hydra", to: .texts(overrides.filter(\.isHydra).map(\.input)))
    lists.set("task", to: .texts(overrides.filter { !$0.isHydra }.map(\.input)))

    let runtime = hydra.ensureDictionary("runtime")
    let chosen = runtime.ensureDictionary("choices")
    for (group, option) in choices {
      chosen.set(
        .string(group), to: TreeNode(.scalar(option.map { ConfigValue(text: $0) } ?? .null)))
    }
    runtime.set("version", to: .text(Self.hydraVersion))
    runtime.set("version_base", to: .text("1.3"))
    runtime.set("cwd", to: .text(FileManager.default.currentDirectoryPath))
    runtime.set(
      "config_sources",
      to: TreeNode(
        .list(
          sources.map { source in
            TreeNode(
              .dictionary([
                "path": .text(source.path), "schema": .text(source.scheme),
                "provider": .text(source.provider),
              ]))
          })))

    let job = hydra.ensureDictionary("job")
    try copyEnvironment(job)
    if job.entries["name"]?.isMissing ?? true { job.set("name", to: .text(jobName)) }
    job.set("override_dirname", to: .text(overrideDirectoryName(overrides, job)))
    job.set("config_name", to: configName.map { .text($0) } ?? TreeNode(.scalar(.null)))
  }

  private func copyEnvironment(_ job: TreeNode) throws(ConfigError) {
    let names = job.entries["env_copy"]?.items ?? []
    guard !names.isEmpty else { return }
    let target = job.ensureDictionary("env_set")
    for case .string(let name)? in names.map(\.scalar) {
      guard let value = context.environment(name) else {
        throw .interpolation(
          problem: "hydra.job.env_copy names '\(name)', which is not set", kind: "KeyError",
          key: "hydra.job.env_copy", origin: nil)
      }
      target.set(.string(name), to: .text(value))
    }
  }

  /// The overrides of the job, sorted and joined, for use in directory names.
  private func overrideDirectoryName(_ overrides: [Override], _ job: TreeNode) -> String {
    let rules = job.entries["config"]?.entries["override_dirname"]?.entries
    func rule(_ key: ConfigKey, _ fallback: String) -> String {
      rules?[key]?.configNode.string ?? fallback
    }
    let excluded = rules?["exclude_keys"]?.items.compactMap(\.configNode.string) ?? []
    let lines = overrides.filter { !$0.isHydra && !excluded.contains($0.key) }.map(\.input)
    return lines.sorted(by: String.precedesByScalars).joined(separator: rule("item_sep", ","))
      .split(separator: "=", omittingEmptySubsequences: false)
      .joined(separator: rule("kv_sep", "="))
  }
}

extension TreeNode {
  static func text(_ text: String) -> TreeNode { TreeNode(.scalar(ConfigValue(text: text))) }

  static func texts(_ texts: [String]) -> TreeNode {
    TreeNode(.list(texts.map { .text($0) }))
  }

  /// The dictionary at a key, made if something else is there.
  func ensureDictionary(_ key: ConfigKey) -> TreeNode {
    if let known = entries[key], known.isDictionary { return known }
    let made = TreeNode()
    set(key, to: made)
    return made
  }
}
