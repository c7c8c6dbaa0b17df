import Foundation
import FusionBench
import Testing

/// Reads FusionBench's own configuration tree, where `FUSION_BENCH_CONFIG` names one: what a class
/// that is here has in those files must be accepted.
@Suite(.enabled(if: FusionBenchTree.folder != nil)) struct FusionBenchTreeTests {
  private func component(_ role: String, _ file: String) throws -> (any Component)? {
    let composer = ConfigComposer(searchPath: [FusionBenchTree.folder ?? ""])
    let option = file.dropFirst(role.count + 1)
    let composition = try composer.compose(
      configName: "fabric_model_fusion", overrides: ["\(role)=\(option)", "+corruption=test"])
    guard let raw = try composition.resolvedJob()[role] else { return nil }
    var node = try LegacyConfig.modernised(raw, role: role) { _ in }
    // What a file leaves to the user is left out.
    for (key, value) in node.dictionary ?? [:] where value.value == .missing {
      node[key.description] = nil
    }
    guard node["_target_"]?.string != nil else { return nil }
    do {
      return try Registry(builtinComponents).make(node, role: role)
    } catch ParameterError.unavailableTarget {
      return nil
    } catch ParameterError.unknownTarget {
      return nil
    }
  }

  @Test(
    "every file of a method that is here is accepted", arguments: FusionBenchTree.files("method"))
  func methods(_ file: String) throws {
    if let made = try component("method", file) { #expect(made is BaseAlgorithm) }
  }

  @Test(
    "every file of a model pool that is here is accepted",
    arguments: FusionBenchTree.files("modelpool"))
  func modelPools(_ file: String) throws {
    if let made = try component("modelpool", file) { #expect(made is BaseModelPool) }
  }

  @Test(
    "every file of a task pool that is here is accepted",
    arguments: FusionBenchTree.files("taskpool"))
  func taskPools(_ file: String) throws {
    if let made = try component("taskpool", file) { #expect(made is BaseTaskPool) }
  }
}

/// The tree that the environment names.
enum FusionBenchTree {
  static let folder = ProcessInfo.processInfo.environment["FUSION_BENCH_CONFIG"]

  /// Files that FusionBench cannot run either.
  private static let broken: Set = [
    // The name is none of the factory's.
    "method/concrete_subspace/clip_safe_concrete_task_arithmetic",
    "method/fisher_merging/fisher_merging", "method/randes/superposed_task_arithmetic",
    // Files that they refer to are missing.
    "modelpool/SequenceClassificationModelPool/roberta-base_glue",
    "taskpool/CLIPVisionModelTaskPool/clip-vit-single-task_oxford_flowers102_val",
    // It refers to a model pool of another kind.
    "taskpool/reward_model_evaluation",
  ]

  /// The files of a group, templates left out.
  static func files(_ group: String) -> [String] {
    guard let folder else { return [] }
    let entries = FileManager.default.enumerator(atPath: "\(folder)/\(group)")
    return (entries?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".yaml") && !$0.contains("_template") }
      .map { "\(group)/\($0.dropLast(5))" }.filter { !broken.contains($0) }.sorted()
  }
}
