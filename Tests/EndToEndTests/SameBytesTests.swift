import Checkpoints
import Foundation
import Tensors
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct SameBytesTests {
  /// A method with what differs from its configuration file.
  struct Case {
    let method: String
    var parameters: [String] = []
    var seed = "null"
    var models = "{_pretrained_: base, a: ft1, b: ft2, c: ft3}"
    var isAdapter = false

    /// The file of the job's weights.
    func weights(of job: String) -> String {
      "\(job)/m/\(isAdapter ? "adapter_model" : "model").safetensors"
    }

    /// The file beside them.
    func configuration(of job: String) -> String {
      "\(job)/m/\(isAdapter ? "adapter_config" : "config").json"
    }

    /// The case as an option of a group of its own.
    var yaml: String {
      """
      # @package _global_
      defaults:
        - override /method: \(method)
      seed: \(seed)
      modelpool:
        models: \(models)
      method: {\(parameters.joined(separator: ", "))}

      """
    }
  }

  static let cases = [
    Case(method: "simple_average"),
    Case(method: "weighted_average", parameters: ["weights: [0.5, 0.3, 0.2]"]),
    Case(method: "task_arithmetic"),
    Case(method: "ties_merging"),
    Case(method: "slerp/slerp", parameters: ["t: 0.3"], models: "{_pretrained_: base, a: ft1}"),
    Case(method: "linear/expo"),
    Case(method: "model_stock/model_stock"),
    Case(method: "mergekit/karcher"),
    Case(method: "mergekit/multislerp"),
    Case(
      method: "mergekit/nuslerp", parameters: ["nuslerp_flatten: false"],
      models: "{_pretrained_: base, a: ft1, b: ft2}"),
    Case(method: "mergekit/nearswap", models: "{_pretrained_: base, a: ft1}"),
    Case(method: "mergekit/ramplus_tl", parameters: ["epsilon: 1e-3"]),
    Case(
      method: "mergekit/breadcrumbs_ties",
      parameters: ["density: [0.5, 0.8, 0.3]", "rescale: true"]),
    Case(method: "mergekit/della", parameters: ["density: 0.6"], seed: "3"),
    Case(method: "mergekit/sce", parameters: ["select_topk: 0.3"]),
    Case(method: "dare/simple_average"),
    Case(
      method: "dare/task_arithmetic", parameters: ["only_on_linear_weights: true"], seed: "7"),
    Case(method: "dare/ties_merging", parameters: ["sparsity_ratio: 0.3"]),
    Case(method: "magmax/magmax"),
    Case(method: "task_singular_vector/TaskSingularVectorMerging"),
    Case(method: "isotropic_merging/iso_c"),
    Case(method: "isotropic_merging/iso_cts"),
    Case(method: "wudi/wudi", parameters: ["iter_num: 20"]),
    Case(method: "opcm/opcm", seed: "7"),
    Case(method: "dop/dop", parameters: ["num_steps: 20", "lr: 1e-3"], seed: "7"),
    Case(method: "opcm/ties_merging", parameters: ["shuffle_order: false"]),
    Case(method: "smile_upscaling/singular_projection_merging", parameters: ["k: -1"]),
    Case(
      method: "smile_upscaling/smile_upscaling", parameters: ["k: 5", "gate_k: 2", "top_k: 2"]),
    Case(method: "knots/knots"),
    Case(method: "singular_value_calibration/task_arithmetic"),
    Case(method: "singular_value_calibration/task_singular_vector"),
    Case(method: "trust_region/clip_task_arithmetic", parameters: ["zero_shot: true"]),
    Case(method: "tall_mask/task_arithmetic", parameters: ["prun_thre_k: 2"]),
    Case(method: "pruning/llama_magnitude_pruning"),
    Case(method: "pruning/llama_random_pruning", parameters: ["prune_type: semistructured"]),
    Case(method: "model_recombination", parameters: ["return_modelpool: false"], seed: "3"),
    Case(
      method: "linear/linear_interpolation", parameters: ["t: 0.3"],
      models: "{a: ft1, b: ft2}"),
    Case(method: "linear/llama_expo", models: "{_pretrained_: lm0, a: lm1}"),
    Case(
      method: "linear/llama_expo_with_dare", parameters: ["attention_scaling_factor: 0.7"],
      seed: "3", models: "{_pretrained_: lm0, a: lm1}"),
    Case(
      method: "linear/weighted_average_for_llama", parameters: ["weights: [0.7, 0.3]"],
      models: "{_pretrained_: lm0, a: lm1, b: lm2}"),
    Case(method: "mergekit/breadcrumbs"),
    Case(method: "mergekit/della_linear", parameters: ["density: 0.7"], seed: "5"),
    Case(method: "mergekit/ram", parameters: ["epsilon: 1e-3"]),
    Case(method: "mergekit/ramplus", parameters: ["epsilon: 1e-3"]),
    Case(method: "pruning/magnitude_diff_pruning", models: "{_pretrained_: base, a: ft1}"),
    Case(method: "opcm/task_arithmetic", parameters: ["scaling_factor: 0.4"]),
    Case(method: "opcm/weight_average"),
    Case(method: "singular_value_calibration/wudi"),
    Case(
      method: "lora_extraction", parameters: ["rank: 3", "embeddings: lora"],
      models: "{_pretrained_: base, a: ft1}", isAdapter: true),
    Case(
      method: "lora_extraction", parameters: ["energy: 0.9", "embeddings: lora"],
      models: "{_pretrained_: base, a: ft2}", isAdapter: true),
    Case(
      method: "passthrough",
      parameters: [
        "slices: [{sources: [{model: a, layer_range: [0, 1]}]}, "
          + "{sources: [{model: b, layer_range: [0, 1], parameters: {scale: 0.3}}]}]"
      ]),
  ]

  @Test(
    "any number of ranks writes the same bytes", arguments: [DType.float32, .float16, .bfloat16])
  func ranksDoNotMatter(_ dtype: DType) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: dtype)
    try TinyModels.writeLanguageModels(to: folder.url, dtype: dtype)
    let options = folder.url.appendingPathComponent("options/case")
    try FileManager.default.createDirectory(at: options, withIntermediateDirectories: true)
    for (number, one) in Self.cases.enumerated() {
      let name = "c\(number < 10 ? "0" : "")\(number).yaml"
      try Data(one.yaml.utf8).write(to: options.appendingPathComponent(name))
    }
    for ranks in 0...5 {
      // One sweep runs them all, so that the launcher is started once.
      let run = try CommandRun(
        [
          "-m", "--config-dir", "options", "+case=glob(*)", "print_config=false",
          "merged_model_save_path='{log_dir}/m'", "hydra.sweep.dir=out\(ranks)",
        ], ranks: ranks, in: folder.url, seconds: 240)
      try #require(run.status == 0, "\(ranks) ranks: \(run.errors)")
      for (number, one) in Self.cases.enumerated() {
        let bytes = try folder.bytes(one.weights(of: "out\(ranks)/\(number)"))
        let isSame = bytes == (try folder.bytes(one.weights(of: "out0/\(number)")))
        #expect(isSame, "\(one.method), \(ranks) ranks")
        #expect(folder.exists(one.configuration(of: "out\(ranks)/\(number)")))
        #expect(folder.exists("out\(ranks)/\(number)/m/merge_manifest.json"))
      }
    }
    let all = try Self.cases.enumerated().map { number, one in
      try folder.bytes(one.weights(of: "out0/\(number)"))
    }
    // An average model by model is the simple one; RAM+ is RAM where all change the same entries.
    #expect(Set(all).count == all.count - 2)
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
      ["method=smile_upscaling/low_rank_approximation", "method.rank=3"],
      [
        "method=randes/superposed_task_arithmetic", "method.mode=random_rotation_matrix",
        "method.target_layer=[all]",
      ],
      [
        "method=randes/superposed_model_soup", "method.target_layer=[all]",
        "method.shift_layers=-1",
      ],
    ])
  func severalModels(_ method: [String]) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    var reference: [Data] = []
    for ranks in [0, 2, 5] {
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
        #expect(list.prefix(3).map { $0["name"] as? String } == ["a", "b", "c"])
      } else {
        #expect(method[0].hasPrefix("method=ensemble/") && report is [String: Any])
      }
    }
    #expect(Set(reference).count == 3)
  }

  @Test(
    "adapters that are superposed give the same models for any number of ranks, whoever reads them",
    arguments: [DType.float32, .bfloat16])
  func superposedAdapters(_ dtype: DType) throws {
    let folder = try TemporaryFolder()
    try TinyModels.writeLanguageModels(to: folder.url, dtype: dtype)
    try TinyModels.writeAdapters(to: folder.url, dtype: dtype)
    var reference: [Data] = []
    for (ranks, split) in [(0, "layer"), (2, "layer"), (5, "layer"), (2, "model"), (3, "model")] {
      let out = "\(split)\(ranks)"
      let run = try CommandRun(
        [
          "method=randes/superposed_task_arithmetic_lora", "method.mode=random_rotation_matrix",
          "method.shift_layers=1", "modelpool=state_dict", "print_config=false",
          "modelpool.models={_pretrained_: lm0, a: ad1, b: ad2}", "fabric.split=\(split)",
          "merged_model_save_path=\(out)",
        ], ranks: ranks, in: folder.url)
      try #require(run.status == 0, "\(out): \(run.errors)")
      let bytes = try ["a", "b"].map { try folder.bytes("\(out)/\($0)/model.safetensors") }
      if !reference.isEmpty { #expect(bytes == reference, "\(out)") }
      reference = bytes
      #expect(folder.exists("\(out)/b/config.json"))
    }
    let base = try folder.bytes("lm0/model.safetensors")
    #expect(reference[0] != reference[1] && !reference.contains(base))
  }

  @Test(
    "depth upscaling through a pool of layers gives a whole model, deeper or shallower",
    arguments: ["range(0,3),1", "2"])
  func depthUpscaling(_ layers: String) throws {
    let folder = try TemporaryFolder()
    let shapes: [(TensorName, [Int])] =
      [("lm_head.weight", [6, 4]), ("model.embed_tokens.weight", [6, 4])]
      + (0..<3).flatMap { layer -> [(TensorName, [Int])] in
        [
          (TensorName("model.layers.\(layer).mlp.weight"), [4, 4]),
          (TensorName("model.layers.\(layer).norm.weight"), [4]),
        ]
      } + [("model.norm.weight", [4])]
    let tensors = try shapes.enumerated().map { number, one in
      try Tensor(
        one.0, shape: one.1,
        values: (0..<one.1.reduce(1, *)).map { Double(100 * number + $0) })
    }
    let base = folder.url.appendingPathComponent("base")
    try TinyModels.save(tensors, to: base)
    try Data("{\"model_type\": \"llama\", \"num_hidden_layers\": 3}".utf8).write(
      to: base.appendingPathComponent("config.json"))
    let wanted = layers == "2" ? [2] : [0, 1, 2, 1]
    let list = layers == "2" ? "2" : "\"range(0,3)\",1"
    for ranks in [0, 3] {
      let run = try CommandRun(
        [
          "method=depth_upscaling", "method.layer_indices=[\(list)]",
          "modelpool=CausalLMPool/backbone", "modelpool.models={only: base}",
          "merged_model_save_path=out\(ranks)", "print_config=false",
        ], ranks: ranks, in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
      let model = try Checkpoint.open(folder.url.appendingPathComponent("out\(ranks)").path)
      #expect(model.manifest.tensors.count == 3 + 2 * wanted.count)
      for (new, old) in wanted.enumerated() {
        for part in ["mlp", "norm"] {
          let source = tensors.first { $0.info.name.string == "model.layers.\(old).\(part).weight" }
          #expect(
            try model.tensor(TensorName("model.layers.\(new).\(part).weight")).doubles()
              == source?.doubles())
        }
      }
      #expect(try model.tensor("lm_head.weight").doubles() == tensors[0].doubles())
      let config =
        try JSONSerialization.jsonObject(
          with: try folder.bytes("out\(ranks)/config.json")) as? [String: Any]
      #expect(config?["num_hidden_layers"] as? Int == wanted.count)
    }
    #expect(
      try folder.bytes("out0/model.safetensors") == folder.bytes("out3/model.safetensors"))
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
