import Foundation
import FusionBench
import FusionTestSupport

/// Files of the repository, and folders for tests.
enum Repository {
  /// The folder `config`.
  static let config = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config")
    .resolvingSymlinksInPath().path(percentEncoded: false)

  static func temporaryFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fusion-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path
  }

  static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes the golden models as `base`, `ft1`, `ft2`, `ft3`.
  static func saveGoldenModels(to folder: String) throws {
    for model in 0...3 {
      let name = model == 0 ? "base" : "ft\(model)"
      let state = try GoldenModel.stateDict(model)
      try BaseModelPool([(name, state)]).saveModel(state, to: "\(folder)/\(name)")
    }
  }
}

extension LazyStateDictPool {
  /// A pool of checkpoints.
  convenience init(models: [(name: String, path: String)]) throws {
    self.init()
    for (name, path) in models { try addModel(name, .config(ConfigNode(.string(path)))) }
  }

  convenience init(models: KeyValuePairs<String, String>) throws {
    try self.init(models: models.map { ($0.key, $0.value) })
  }
}
