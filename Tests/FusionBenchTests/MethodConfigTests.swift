import FusionBench
import FusionTestSupport
import Testing

/// Runs the method of every file of `config/method` on small models.
@Suite struct MethodConfigTests {
  /// What a method needs that is not the rule: three models and a pre-trained one.
  struct Need {
    var overrides: [String] = []
    var models = 3
    var pretrained = true
  }

  /// Files that need something else. A new method that needs something gets a line here.
  static let needs: [String: Need] = [
    "method/weighted_average": Need(models: 2),
    "method/linear/weighted_average": Need(models: 2),
  ]

  static let files = ConfigTreeTests.files.filter { $0.hasPrefix("method/") }

  private func method(_ file: String, _ overrides: [String]) throws -> BaseAlgorithm {
    let option = file.dropFirst("method/".count)
    let composition = try ConfigComposer(searchPath: [Repository.config]).compose(
      configName: "fabric_model_fusion", overrides: ["method=\(option)"] + overrides)
    let node = try #require(try composition.resolvedJob()["method"])
    return try Registry(builtinMethods).make(node, role: "method")
  }

  @Test("the method of every file is made, and merges the golden models", arguments: files)
  func runs(_ file: String) throws {
    let need = Self.needs[file] ?? Need()
    let method = try method(file, need.overrides)
    let pool = try GoldenModel.pool(models: need.models, pretrained: need.pretrained)
    let models: [any StateDict] =
      switch try method.run(pool) {
      case .none: []
      case .model(let model): [model]
      case .models(let models): models.map(\.model)
      }
    #expect(!models.isEmpty)
    for model in models {
      for position in model.manifest.tensors.indices {
        #expect(try model.tensor(at: position).doubles().allSatisfy(\.isFinite))
      }
    }
  }

  @Test("defaults in code are those of the files", arguments: files)
  func defaults(_ file: String) throws {
    let need = Self.needs[file] ?? Need()
    guard need.overrides.isEmpty else { return }
    let made = try method(file, [])
    let code = type(of: made).init().config
    for (key, value) in made.config.dictionary ?? [:] {
      #expect(code[key.description] == value, "\(key)")
    }
  }

  @Test("every built-in method has a file")
  func allMethods() throws {
    let made = try Self.files.map { file in
      type(of: try method(file, Self.needs[file]?.overrides ?? []))
    }
    for type in builtinMethods {
      #expect(made.contains { $0 == type }, "\(type) has no file in config/method")
    }
  }
}
