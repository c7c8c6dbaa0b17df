import Foundation
import Tensors
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct SameBytesTests {
  static let methods = [
    ["method=simple_average"],
    ["method=weighted_average", "method.weights=[0.5,0.3,0.2]"],
    ["method=task_arithmetic"],
    ["method=ties_merging"],
    ["method=slerp/slerp", "method.t=0.3", "modelpool.models={_pretrained_: base, a: ft1}"],
    ["method=linear/expo"],
    ["method=model_stock/model_stock"],
    ["method=dare/simple_average"],
    ["method=dare/task_arithmetic", "method.only_on_linear_weights=true", "seed=7"],
    ["method=dare/ties_merging", "method.sparsity_ratio=0.3"],
    ["method=magmax/magmax"],
    ["method=trust_region/clip_task_arithmetic", "method.zero_shot=true"],
    ["method=tall_mask/task_arithmetic", "method.prun_thre_k=2"],
    ["method=pruning/llama_magnitude_pruning"],
    ["method=pruning/llama_random_pruning", "method.prune_type=semistructured"],
  ]

  @Test(
    "any number of ranks writes the same bytes", arguments: methods,
    [DType.float32, .float16, .bfloat16])
  func ranksDoNotMatter(_ method: [String], _ dtype: DType) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: dtype)
    let isPoolGiven = method.contains { $0.hasPrefix("modelpool.models=") }
    let pool =
      isPoolGiven ? [] : ["modelpool.models={_pretrained_: base, a: ft1, b: ft2, c: ft3}"]
    var reference: Data?
    for ranks in 0...5 {
      let run = try CommandRun(
        method + pool + [
          "modelpool=state_dict", "taskpool=dummy", "merged_model_save_path=out\(ranks)",
          "print_config=false",
        ], ranks: ranks, in: folder.url)
      try #require(run.status == 0, "\(ranks) ranks: \(run.errors)")
      let bytes = try folder.bytes("out\(ranks)/model.safetensors")
      if let reference { #expect(bytes == reference, "\(ranks) ranks") }
      reference = reference ?? bytes
      #expect(folder.exists("out\(ranks)/config.json"))
      #expect(folder.exists("out\(ranks)/merge_manifest.json"))
    }
  }

  @Test(
    "any number of ranks writes the same bytes of every model",
    arguments: [
      ["method=tall_mask/task_arithmetic"], ["method=emr_merging/emr_merging"],
      ["method=randes/superposed_task_arithmetic", "method.target_layer=[all]"],
    ])
  func ranksDoNotMatterForSeveral(_ method: [String]) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    var references: [String: Data] = [:]
    for ranks in 0...5 {
      let run = try CommandRun(
        method + [
          "modelpool=state_dict", "modelpool.models={_pretrained_: base, a: ft1, b: ft2, c: ft3}",
          "taskpool=dummy", "merged_model_save_path=out\(ranks)", "print_config=false",
        ], ranks: ranks, in: folder.url)
      try #require(run.status == 0, "\(ranks) ranks: \(run.errors)")
      for name in ["a", "b", "c"] {
        let bytes = try folder.bytes("out\(ranks)/\(name)/model.safetensors")
        #expect(bytes == references[name, default: bytes], "\(ranks) ranks, \(name)")
        references[name] = bytes
      }
    }
    #expect(Set(references.values).count == 3)
  }

  @Test("shards and threads do not change the values")
  func shardsDoNotMatter() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    let base = [
      "method=ties_merging", "modelpool.models={_pretrained_: base, a: ft1, b: ft2}",
      "print_config=false", "merged_model_save_kwargs.max_shard_size=20KB",
    ]
    let one = try CommandRun(
      base + ["merged_model_save_path=one", "fabric.threads=1"], in: folder.url)
    let many = try CommandRun(
      base + ["merged_model_save_path=many", "fabric.threads=3"], ranks: 3, in: folder.url)
    #expect(one.status == 0 && many.status == 0, "\(one.errors)\(many.errors)")
    let names = folder.files().filter { $0.hasPrefix("one/model") }
    #expect(names.count > 2)
    for name in names where !name.hasSuffix("manifest.json") {
      #expect(
        try folder.bytes(name)
          == folder.bytes(name.replacingOccurrences(of: "one/", with: "many/")), "\(name)")
    }
  }
}
