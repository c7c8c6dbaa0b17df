import Foundation
import FusionBench
import Testing

/// Walks the files of `config/`.
@Suite struct ConfigTreeTests {
  private static let composer = ConfigComposer(searchPath: [Repository.config])

  /// Every file as its path below `config/`, without the extension, sorted.
  static let files: [String] = {
    let entries = FileManager.default.enumerator(atPath: Repository.config)
    let names = entries?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  /// The overrides by which a file takes part in the composition of the main program.
  private static func overrides(_ file: String) -> [String] {
    let parts = file.split(separator: "/").map(String.init)
    switch parts[0] {
    case "dataset": return ["+\(parts[0...2].joined(separator: "/"))@data=\(parts[3])"]
    case "model": return ["+model/\(parts[1])@models=\(parts[2])"]
    case "head": return ["taskpool=clip_vision", "+head@taskpool.heads=\(parts[1])"]
    case "hydra":
      return parts.count == 2 ? [] : ["hydra/\(parts[1])=\(parts[2])"]
    case "fabric" where parts.count == 3: return ["fabric/\(parts[1])=\(parts[2])"]
    default: return ["\(parts[0])=\(parts.dropFirst().joined(separator: "/"))"]
    }
  }

  @Test("every file composes, and every interpolation in it leads somewhere", arguments: files)
  func composes(_ file: String) throws {
    let isPrimary = !file.contains("/")
    let composition = try Self.composer.compose(
      configName: isPrimary ? file : "fabric_model_fusion",
      overrides: isPrimary ? [] : Self.overrides(file))
    _ = try composition.resolvedJob()
    if file.hasPrefix("hydra/") {
      // What only a run fills in is left out.
      var hydra = composition.hydra
      for key in ["runtime", "sweep", "job"] where key != file { hydra[key] = nil }
      #expect(hydra["help"] != nil && hydra["job_logging"] != nil)
    }
  }

  @Test("every file begins with a comment, and is short", arguments: files)
  func commented(_ file: String) throws {
    let text = try String(contentsOfFile: "\(Repository.config)/\(file).yaml", encoding: .utf8)
    #expect(text.hasPrefix("# "))
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
    #expect(text.hasSuffix("\n"))
    for line in text.split(separator: "\n") { #expect(line.count <= 130, "\(line)") }
  }

  @Test("there are files of every group")
  func groups() {
    #expect(Self.files.contains("fabric_model_fusion") && Self.files.contains("model_fusion"))
    for group in [
      "dataset/image_classification/test", "dataset/image_classification/train",
      "dataset/image_classification/val", "fabric", "fabric/loggers", "head", "hydra",
      "hydra/help", "hydra/job_logging", "method", "model/clip-vit", "modelpool",
      "modelpool/CLIPVisionModelPool", "modelpool/CausalLMPool", "path", "taskpool",
      "taskpool/CLIPVisionModelTaskPool",
    ] {
      #expect(Self.files.contains { $0.hasPrefix("\(group)/") }, "\(group)")
    }
  }

  /// What files leave to the user with `???`.
  private static let given: [String: String] = [
    "models": "{_pretrained_: base, a: ft1}", "base_model": "base", "test_datasets": "{a: data}",
    "heads": "{a: head}",
  ]

  @Test(
    "every pool's file makes its pool",
    arguments: files.filter { $0.hasPrefix("modelpool/") || $0.hasPrefix("taskpool/") })
  func pools(_ file: String) throws {
    let role = file.hasPrefix("modelpool/") ? "modelpool" : "taskpool"
    let composition = try Self.composer.compose(
      configName: "fabric_model_fusion", overrides: Self.overrides(file))
    var node = try #require(try composition.resolvedJob()[role])
    for (key, value) in node.dictionary ?? [:] where value.value == .missing {
      let text = try #require(Self.given[key.description], "\(key) of \(file) is ???")
      node[key.description] = try ConfigFile.parse("v: \(text)")["v"]
    }
    let made: any Component = try Registry(builtinComponents).make(node, role: role)
    #expect(role == "modelpool" ? made is BaseModelPool : made is BaseTaskPool)
  }
}
