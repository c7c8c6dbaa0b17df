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
    ["method=mergekit/karcher"],
    ["method=mergekit/multislerp"],
    [
      "method=mergekit/nuslerp", "method.nuslerp_flatten=false",
      "modelpool.models={_pretrained_: base, a: ft1, b: ft2}",
    ],
    ["method=mergekit/nearswap", "modelpool.models={_pretrained_: base, a: ft1}"],
    ["method=mergekit/ramplus_tl", "method.epsilon=1e-3"],
    ["method=mergekit/breadcrumbs_ties", "method.density=[0.5,0.8,0.3]", "method.rescale=true"],
    ["method=mergekit/della", "method.density=0.6", "seed=3"],
    ["method=mergekit/sce", "method.select_topk=0.3"],
    ["method=dare/simple_average"],
    ["method=dare/task_arithmetic", "method.only_on_linear_weights=true", "seed=7"],
    ["method=dare/ties_merging", "method.sparsity_ratio=0.3"],
    ["method=magmax/magmax"],
    ["method=task_singular_vector/TaskSingularVectorMerging"],
    ["method=isotropic_merging/iso_c"],
    ["method=isotropic_merging/iso_cts"],
    ["method=wudi/wudi", "method.iter_num=20"],
    ["method=doge_ta/doge_ta"],
    ["method=smile_upscaling/singular_projection_merging", "method.k=-1"],
    ["method=singular_value_calibration/task_arithmetic"],
    ["method=singular_value_calibration/task_singular_vector"],
    ["method=trust_region/clip_task_arithmetic", "method.zero_shot=true"],
    ["method=tall_mask/task_arithmetic", "method.prun_thre_k=2"],
    ["method=pruning/llama_magnitude_pruning"],
    ["method=pruning/llama_random_pruning", "method.prune_type=semistructured"],
    ["method=model_recombination", "method.return_modelpool=false", "seed=3"],
    [
      "method=passthrough",
      "method.slices=[{sources:[{model:a,layer_range:[0,1]}]},{sources:[{model:b,layer_range:[0,1],parameters:{scale:0.3}}]}]",
    ],
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
    "several models are written to a folder each, the same for any number of ranks",
    arguments: [
      ["method=model_recombination", "seed=42"], ["method=ensemble/simple_ensemble"],
      [
        "method=task_singular_vector/TaskSingularVectorMerging",
        "method.return_single_task_models=true",
      ],
      ["method=ensemble/weighted_ensemble", "method.weights=[1,2,1]"],
    ])
  func severalModels(_ method: [String]) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    var reference: [Data] = []
    for ranks in 0...5 {
      let run = try CommandRun(
        method + [
          "modelpool=state_dict", "modelpool.models={_pretrained_: base, a: ft1, b: ft2, c: ft3}",
          "taskpool=dummy", "merged_model_save_path=out\(ranks)", "print_config=false",
        ], ranks: ranks, in: folder.url)
      try #require(run.status == 0, "\(ranks) ranks: \(run.errors)")
      let bytes = try ["a", "b", "c"].map {
        try folder.bytes("out\(ranks)/\($0)/model.safetensors")
      }
      if !reference.isEmpty { #expect(bytes == reference, "\(ranks) ranks") }
      reference = bytes
      #expect(folder.exists("out\(ranks)/c/config.json"))
      #expect(
        folder.exists("out\(ranks)/ensemble.json") == method[0].hasPrefix("method=ensemble/"))
      let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
      if let list = report as? [[String: Any]] {
        #expect(list.map { $0["name"] as? String } == ["a", "b", "c"])
      } else {
        #expect(method[0].hasPrefix("method=ensemble/") && report is [String: Any])
      }
    }
    #expect(Set(reference).count == 3)
  }

  @Test("ways of reading, memory and threads do not change the bytes")
  func readingDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .bfloat16)
    let options = [
      [], ["fabric.io=mmap", "fabric.threads=1"], ["fabric.io=direct", "fabric.threads=2"],
      ["fabric.memory=16MiB", "fabric.threads=3"],
    ]
    var reference: Data?
    for (number, option) in options.enumerated() {
      for ranks in [0, 2] {
        let out = "out\(number)-\(ranks)"
        let run = try CommandRun(
          [
            "method=ties_merging", "modelpool.models={_pretrained_: base, a: ft1, b: ft2}",
            "merged_model_save_path=\(out)", "print_config=false",
          ] + option, ranks: ranks, in: folder.url)
        try #require(run.status == 0, "\(option), \(ranks) ranks: \(run.errors)")
        let bytes = try folder.bytes("\(out)/model.safetensors")
        #expect(bytes == reference ?? bytes, "\(option), \(ranks) ranks")
        reference = reference ?? bytes
      }
    }
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
