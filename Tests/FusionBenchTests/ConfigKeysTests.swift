import Foundation
import FusionBench
import Testing

@Suite struct ConfigKeysTests {
  /// The keys of FusionBench's files for every class, by `_target_`.
  private static func keys() throws -> [String: [String]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Goldens/config_keys.json")
    return try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: file))
  }

  @Test("every key of FusionBench's files is a parameter of the class, where the class is here")
  func keysAreKnown() throws {
    var found = 0
    for (target, keys) in try Self.keys().sorted(by: { $0.key < $1.key }) {
      var node = ConfigNode.emptyDictionary
      node["_target_"] = ConfigNode(.string(target))
      // Whether a class is here is all that matters; what it needs is not given.
      guard
        let factory = try? Registry(builtinComponents).factory(
          node, role: "", as: (any Component).self),
        let type = builtinComponents.first(where: { type in
          type.targets.contains(target)
            || type.targets.first?.split(separator: ".").last == target.split(separator: ".").last
        })
      else { continue }
      found += 1
      let known = Set((type.init().config.dictionary ?? [:]).keys.map(\.description))
        .union(["_args_", "_partial_", "_convert_"])
      let unknown = keys.filter { !known.contains($0) }
      #expect(unknown.isEmpty, "\(factory.config["_target_"]?.string ?? ""): \(unknown)")
    }
    #expect(found >= 20, "\(found) classes were found")
  }
}
