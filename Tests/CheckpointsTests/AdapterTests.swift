import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

@Suite struct AdapterTests {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Goldens/adapters").path(percentEncoded: false)
    + "/"

  static func base() throws -> any StateDict { try Checkpoint.open(folder + "base") }

  @Test(
    "A model with an adapter is what PEFT merges, to 1e-6",
    arguments: [
      "plain", "rslora", "patterns", "embedding", "conv1d_gpt", "conv", "saved", "bias_all",
      "bias_lora_only", "lora_bias", "as_bin",
    ])
  func goldens(_ name: String) throws {
    let base = try Self.base()
    let model = try openModel(Self.folder + name) { base }
    let merged = try Checkpoint.open(Self.folder + name + "/merged.safetensors")
    #expect(Set(model.manifest.tensors) == Set(merged.manifest.tensors))
    var changed = 0
    for info in merged.manifest.tensors {
      let expected = try merged.tensor(info.name).doubles()
      let found = try model.tensor(info.name).doubles()
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let worst = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst <= 1e-6 * largest, "\(info.name)")
      if try base.tensor(info.name).doubles() != found { changed += 1 }
    }
    #expect(changed > 0 && changed < merged.manifest.tensors.count)
    #expect(model.directory == Self.folder + "base")
    #expect(model.files.count == 2)
    try model.checkUnchanged()
  }

  @Test("Every run of elements of an adapted model is the same run of the whole")
  func slices() throws {
    for name in ["plain", "embedding", "conv", "conv1d_gpt", "lora_bias", "saved"] {
      let model = try openModel(Self.folder + name) { try Self.base() }
      for (position, info) in model.manifest.tensors.enumerated() {
        let all = try model.tensor(at: position).doubles()
        for first in 0..<min(info.count, 12) {
          for count in [1, 4, 7, 23] where first + count <= info.count {
            let found = try model.doubles(Slice(tensor: position, elements: first..<first + count))
            #expect(found[...] == all[first..<first + count], "\(name) \(info.name)")
          }
        }
      }
    }
  }

  @Test("A product wider and taller than what is held at once is the same")
  func tiles() throws {
    let (rows, columns, rank) = (70, 40_000, 4)
    func value(_ i: Int) -> Double { Double(i % 97 - 48) / 32 }
    try withDirectory { directory in
      let base = try InMemoryStateDict([
        try Tensor(
          "w.weight", shape: [rows, columns], values: (0..<rows * columns).map { value(3 * $0) })
      ])
      let a = try Tensor(
        "base_model.model.w.lora_A.weight", shape: [rank, columns],
        values: (0..<rank * columns).map { value($0) })
      let b = try Tensor(
        "base_model.model.w.lora_B.weight", shape: [rows, rank],
        values: (0..<rows * rank).map { value(5 * $0) })
      try save(
        try InMemoryStateDict([a, b]), to: directory + "/adapter_model.safetensors", fsync: false,
        step: 1 << 16)
      try put(
        #"{"peft_type":"LORA","r":4,"lora_alpha":2}"#, at: directory + "/adapter_config.json")
      let model = try openModel(directory) { base }
      let found = try model.tensor(at: 0).doubles()
      let (x, y) = (a.doubles(), b.doubles())
      for index in stride(from: 0, to: rows * columns, by: 317) {
        let (row, column) = (index / columns, index % columns)
        var sum = 0.0
        for k in 0..<rank { sum += y[row * rank + k] * x[k * columns + column] }
        #expect(found[index] == Double(Float(value(3 * index) + 0.5 * sum)))
      }
      let run = columns / 2..<columns * 40 + 3
      #expect(try model.doubles(Slice(tensor: 0, elements: run))[...] == found[run])
    }
  }

  @Test("A module that the adapter brings along and the base lacks is added")
  func addedModule() throws {
    let base = try Self.base()
    let kept = base.manifest.tensors.filter { !$0.name.string.hasPrefix("score") }
    let smaller = try InMemoryStateDict(try kept.map { try base.tensor($0.name) })
    let model = try openModel(Self.folder + "saved") { smaller }
    let merged = try Checkpoint.open(Self.folder + "saved/merged.safetensors")
    #expect(Set(model.manifest.tensors.map(\.name)) == Set(merged.manifest.tensors.map(\.name)))
    #expect(model.directory == Self.folder + "saved")
    for name: TensorName in ["score.weight", "score.bias"] {
      #expect(try model.tensor(name).doubles() == (try merged.tensor(name).doubles()))
    }
  }

  @Test("Without a base of the pool the one that the adapter names is opened")
  func namedBase() throws {
    try withDirectory { directory in
      for name in ["adapter_config.json", "adapter_model.safetensors"] {
        try put(bytes(of: Self.folder + "plain/" + name), at: directory + "/a/" + name)
      }
      let config = directory + "/a/adapter_config.json"
      let text = String(decoding: try bytes(of: config), as: UTF8.self)
      try put(text.replacing(#""base""#, with: "\"\(Self.folder)base\""), at: config)
      try expectSame(
        try openModel(directory + "/a"), try openModel(Self.folder + "plain") { try Self.base() })
      try put(text.replacing(#""base""#, with: "\"\(Self.folder)conv\""), at: config)
      #expect(
        throws: AdapterError.baseIsAdapter(path: config, base: Self.folder + "conv")
      ) { try openModel(directory + "/a") }
      try put(text.replacing(#""base""#, with: "null"), at: config)
      #expect(throws: AdapterError.noBase(path: config)) { try openModel(directory + "/a") }
    }
  }

  @Test("DoRA is refused, and so is what a configuration has wrong")
  func refused() throws {
    #expect(
      throws: AdapterError.unsupported(
        path: Self.folder + "dora/adapter_config.json", feature: "use_dora")
    ) { try openModel(Self.folder + "dora") { try Self.base() } }
    let cases: [(String, AdapterError)] = [
      ("{}", .missing(path: "c", key: "peft_type")),
      (#"{"peft_type":"IA3"}"#, .kind(path: "c", type: "IA3")),
      (#"{"peft_type":3}"#, .wrongType(path: "c", key: "peft_type", expected: "a string")),
      (#"{"peft_type":"LORA"}"#, .missing(path: "c", key: "r")),
      (#"{"peft_type":"LORA","r":4}"#, .missing(path: "c", key: "lora_alpha")),
      (
        #"{"peft_type":"LORA","r":0,"lora_alpha":1}"#,
        .wrongType(path: "c", key: "r", expected: "a positive integer")
      ),
      (
        #"{"peft_type":"LORA","r":1.5,"lora_alpha":1}"#,
        .wrongType(path: "c", key: "r", expected: "a positive integer")
      ),
      (
        #"{"peft_type":"LORA","r":1,"lora_alpha":"x"}"#,
        .wrongType(path: "c", key: "lora_alpha", expected: "a number")
      ),
      (
        #"{"peft_type":"LORA","r":1,"lora_alpha":1,"rank_pattern":{"a.*b":2}}"#,
        .pattern(path: "c", key: "rank_pattern", pattern: "a.*b")
      ),
      (
        #"{"peft_type":"LORA","r":1,"lora_alpha":1,"init_lora_weights":"pissa_niter_4"}"#,
        .changesBase(path: "c", initialisation: "pissa_niter_4")
      ),
      (
        #"{"peft_type":"LORA","r":1,"lora_alpha":1,"target_parameters":["x"]}"#,
        .unsupported(path: "c", feature: "target_parameters")
      ),
    ]
    for (text, error) in cases {
      #expect(throws: error) {
        try AdapterConfig(try JSONTree.object(Array(text.utf8), path: "c"), path: "c")
      }
      #expect("\(error)".hasPrefix("c: ") && !"\(error)".contains("\n"))
    }
  }

  @Test("Factors that do not fit the base are refused with both shapes")
  func misfits() throws {
    let weights = Self.folder + "plain/adapter_model.safetensors"
    let base = try Self.base()
    func failing(_ change: (TensorInfo) throws -> TensorInfo?) throws -> AdapterError? {
      let tensors = try base.manifest.tensors.compactMap(change)
      let other = try InMemoryStateDict(
        try tensors.map { try Tensor($0, bytes: [UInt8](repeating: 0, count: $0.byteCount)) })
      do {
        _ = try openModel(Self.folder + "plain") { other }
        return nil
      } catch {
        return error as? AdapterError
      }
    }
    let missing = try failing { $0.name == "fc.weight" ? nil : $0 }
    #expect(
      missing
        == .notInBase(
          path: weights, tensor: "fc.weight", base: "state dict in memory",
          didYouMean: missing.flatMap {
            if case .notInBase(_, _, _, let name) = $0 { name } else { nil }
          }))
    let narrow = try failing {
      $0.name == "fc.weight"
        ? try TensorInfo(name: $0.name, dtype: $0.dtype, shape: [9, 5]) : $0
    }
    #expect(
      narrow
        == .shapes(path: weights, tensor: "fc.weight", base: [9, 5], a: [4, 6], b: [9, 4]))
    let integer = try failing { $0.name == "fc.weight" ? try $0.with(dtype: .int32) : $0 }
    #expect(integer == .notFloating(path: weights, tensor: "fc.weight"))
  }

  @Test("8-bit weights with scales are what DeepSeek's arithmetic makes of them, bit for bit")
  func quantized() throws {
    let model = try openModel(Self.folder + "f8")
    #expect(model.isDequantized)
    try expectSame(model, try Checkpoint.open(Self.folder + "f8_expected.safetensors"))
    for (position, info) in model.manifest.tensors.enumerated() {
      let all = try model.tensor(at: position).doubles()
      for first in 0..<min(info.count, 40) {
        for count in [1, 5, 71, 200] where first + count <= info.count {
          let found = try model.doubles(Slice(tensor: position, elements: first..<first + count))
          #expect(found[...] == all[first..<first + count])
        }
      }
    }
  }

  @Test("Scales that fit no layout are refused, and a block size that is none")
  func misfitScales() throws {
    try withDirectory { directory in
      let file = directory + "/model.safetensors"
      func write(_ shape: String, _ bytes: Int) throws {
        let header =
          #"{"w":{"dtype":"F8_E4M3","shape":[6,8],"data_offsets":[0,48]},"#
          + #""w_scale_inv":{"dtype":"F32","shape":\#(shape),"data_offsets":[48,\#(48 + bytes)]}}"#
        try put(safetensors(header, data: 48 + bytes), at: file)
      }
      try write("[2,2]", 16)
      #expect(
        throws: QuantizationError.scales(
          path: directory, tensor: "w", shape: [6, 8], scale: "w_scale_inv", scaleShape: [2, 2])
      ) { try openModel(directory) }
      let config = directory + "/config.json"
      try put(#"{"quantization_config":{"weight_block_size":[3,4]}}"#, at: config)
      #expect(try openModel(directory).manifest.tensors.map(\.dtype) == [.bfloat16])
      for size in ["[0,4]", "[3]", "[3,4,5]", "\"x\"", "[1.5,2]", "[1e30,1]"] {
        try put(#"{"quantization_config":{"weight_block_size":\#(size)}}"#, at: config)
        #expect(throws: QuantizationError.blockSize(path: config)) { try openModel(directory) }
      }
    }
  }
}
