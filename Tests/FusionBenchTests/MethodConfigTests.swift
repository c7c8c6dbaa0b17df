import Foundation
import FusionBench
import FusionTestSupport
import Testing

/// Runs the method of every file of `config/method` on small models.
@Suite struct MethodConfigTests {
  /// What a method needs that is not the rule: the golden models, three and the pre-trained one.
  struct Need {
    var overrides: [String] = []
    var kind = SmallModels.Kind.golden
    var models = 3
    var pretrained = true
    /// Tasks that evaluate the merges.
    var taskpool: (@Sendable () -> BaseTaskPool)?
  }

  /// Files that need something else. A new method that needs something gets a line here.
  static let needs: [String: Need] = [
    "method/adaptive": Need(
      overrides: ["method.adaptation_steps=1"], taskpool: { ConstantTaskPool() }),
    "method/analysis/task_vector_cos_similarity": Need(overrides: [folder]),
    "method/analysis/task_vector_violin_plot": Need(overrides: [folder]),
    "method/depth_upscaling": Need(
      overrides: ["method.layer_indices=[0, -1, 'range(0,2)']"], kind: .moduleList, models: 1,
      pretrained: false),
    "method/linear/expo": Need(models: 1),
    "method/linear/linear_interpolation": Need(models: 2, pretrained: false),
    "method/linear/llama_expo": Need(kind: .language, models: 1),
    "method/linear/llama_expo_with_dare": Need(kind: .language, models: 1),
    "method/linear/simple_average_for_causallm": Need(kind: .language),
    "method/linear/task_arithmetic_for_causallm": Need(kind: .language),
    "method/linear/ties_merging_for_causallm": Need(kind: .language),
    "method/linear/weighted_average": Need(models: 2),
    "method/linear/weighted_average_for_llama": Need(kind: .language, models: 2),
    "method/mergekit/nearswap": Need(models: 1),
    "method/mergekit/nuslerp": Need(models: 2),
    "method/mixtral_moe_merging": Need(kind: .language),
    "method/mixtral_moe_upscaling": Need(kind: .language, models: 0),
    "method/passthrough": Need(
      overrides: [
        "method.slices=[{sources: [{model: a, layer_range: [0, 2]}]},"
          + " {sources: [{model: b, layer_range: [1, 2]}]}]"
      ], kind: .language),
    "method/pruning/llama_magnitude_pruning": Need(kind: .language, models: 0),
    "method/pruning/llama_random_pruning": Need(kind: .language, models: 0),
    // FusionBench's file and its class differ in this default, so ours do.
    "method/pruning/magnitude_diff_pruning": Need(
      overrides: ["method.rescale=false"], models: 1),
    "method/randes/superposed_task_arithmetic_lora": Need(kind: .adapters),
    "method/slerp/slerp": Need(models: 2, pretrained: false),
    "method/slerp/slerp_lm": Need(kind: .language, models: 2, pretrained: false),
    "method/trust_region/clip_task_arithmetic": Need(overrides: ["method.zero_shot=true"]),
    "method/weighted_average": Need(models: 2),
  ]

  /// Where methods write what is no model.
  private static let folder =
    "method.output_path=\(FileManager.default.temporaryDirectory.path)/fusion-bench-analysis"

  static let files = ConfigTreeTests.files.filter { $0.hasPrefix("method/") }

  private func method(_ file: String, _ overrides: [String]) throws -> BaseAlgorithm {
    let option = file.dropFirst("method/".count)
    let composition = try ConfigComposer(searchPath: [Repository.config]).compose(
      configName: "fabric_model_fusion", overrides: ["method=\(option)"] + overrides)
    let node = try #require(try composition.resolvedJob()["method"])
    return try Registry(builtinMethods).make(node, role: "method")
  }

  @Test("the method of every file is made, and merges small models", arguments: files)
  func runs(_ file: String) throws {
    let need = Self.needs[file] ?? Need()
    let method = try method(file, need.overrides)
    let pool = try SmallModels.pool(need.kind, models: need.models, pretrained: need.pretrained)
    let program = TaskProgram(need.taskpool?())
    method.program = program
    let models = try withExtendedLifetime(program) {
      try method.run(pool).namedModels.map(\.model)
    }
    #expect(!models.isEmpty)
    for model in models {
      #expect(!model.manifest.tensors.isEmpty)
      for position in model.manifest.tensors.indices {
        #expect(try model.tensor(at: position).doubles().allSatisfy(\.isFinite))
      }
    }
  }

  @Test("defaults in code are those of the files", arguments: files)
  func defaults(_ file: String) throws {
    let need = Self.needs[file] ?? Need()
    // One class serves several files of singular value calibration.
    let isShared = file.hasPrefix("method/singular_value_calibration/")
    guard need.overrides.isEmpty, !isShared else { return }
    let made = try method(file, [])
    let code = type(of: made).init().config
    for (key, value) in made.config.dictionary ?? [:] {
      #expect(code[key.description] == value, "\(key)")
    }
  }

  @Test("every built-in method has a file, which may name it in a comment")
  func allMethods() throws {
    let texts = try Self.files.map {
      try String(contentsOfFile: "\(Repository.config)/\($0).yaml", encoding: .utf8)
    }
    for type in builtinMethods {
      let name = try #require(type.targets.first?.split(separator: ".").last)
      #expect(texts.contains { $0.contains(name) }, "\(name) has no file in config/method")
    }
  }
}

/// Finds every model equally good.
private final class ConstantTaskPool: BaseTaskPool {
  override func evaluate(_ model: any StateDict) throws -> JSONValue {
    .object(["average": .object(["accuracy": .number(0.5), "loss": .number(1)])])
  }
}

/// A program that has tasks and nothing else.
private final class TaskProgram: FusionProgram {
  let taskpool: BaseTaskPool?
  let seed: Int? = nil
  let fastDevRun = false

  init(_ taskpool: BaseTaskPool?) { self.taskpool = taskpool }
}
