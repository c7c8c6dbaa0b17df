import Checkpoints

/// A parser of untrusted bytes, and how inputs for it are made.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// The table of a safetensors file.
  case header
  /// The index of a sharded checkpoint.
  case index
  /// A PyTorch archive with damaged bytes anywhere.
  case zip
  /// A damaged pickle in a sound archive.
  case pickle
  /// A random program of opcodes, half of them sensible, in a sound archive.
  case program
  /// `adapter_config.json`.
  case adapter

  /// The input of one round: the same for the same seed.
  package func input(seed: UInt64, round: Int) -> [UInt8] {
    var random = SeededGenerator(seed: seed &* 0x1_0000_0001 &+ UInt64(truncatingIfNeeded: round))
    switch self {
    case .header: return header(&random)
    case .index: return mutated(Self.indexSeed, &random)
    case .zip: return mutated(random.pick(Self.archives), &random)
    case .pickle:
      return torchArchive(mutated(random.pick(Self.pickles), &random), data: Self.data)
    case .program: return torchArchive(program(&random), data: Self.data)
    case .adapter: return mutated(Self.adapterSeed, &random)
    }
  }

  /// Parses an input.
  ///
  /// - Throws: what the parser throws.
  package func parse(_ bytes: [UInt8]) throws {
    switch self {
    case .header: _ = try ParserProbe.safetensors(bytes, path: "m")
    case .index: _ = try ParserProbe.index(bytes, path: "m")
    case .zip, .pickle, .program: _ = try ParserProbe.torch(bytes, path: "m")
    case .adapter: try ParserProbe.adapterConfig(bytes, path: "m")
    }
  }

  private func header(_ random: inout SeededGenerator) -> [UInt8] {
    let json = mutated(Self.headerSeed, &random)
    var length = UInt64(json.count)
    if random.below(8) == 0 { length = random.next() >> UInt64(random.below(64)) }
    let data = [UInt8](repeating: 1, count: random.below(6) == 0 ? random.below(64) : 40)
    return withUnsafeBytes(of: length.littleEndian) { Array($0) } + json + data
  }

  private static let headerSeed = Array(
    (#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#
      + #""b.weight":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},"#
      + #""\u00e9":{"dtype":"I64","shape":[],"data_offsets":[32,40]}}"#).utf8)

  private static let indexSeed = Array(
    (#"{"metadata":{"total_size":40},"weight_map":{"a":"model-00001-of-00002.safetensors","#
      + #""b":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}}"#).utf8)

  private static let adapterSeed = Array(
    (#"{"peft_type":"LORA","r":4,"lora_alpha":8,"use_rslora":true,"fan_in_fan_out":false,"#
      + #""rank_pattern":{"up.1":2,"^fc":5},"alpha_pattern":{"a":3.5},"use_dora":false,"#
      + #""modules_to_save":["norm"],"target_modules":["fc"],"init_lora_weights":true,"#
      + #""base_model_name_or_path":"base","layers_pattern":null,"loftq_config":{}}"#).utf8)

  static let data: [(key: String, bytes: [UInt8])] = [
    ("0", [UInt8](repeating: 1, count: 48)), ("1", [UInt8](repeating: 2, count: 16)),
  ]

  static let pickles: [[UInt8]] = (2...5).map { number in
    var pickle = PickleBuilder(protocol: UInt8(number))
    pickle.dictionary {
      $0.text("state_dict")
      $0.dictionary {
        $0.tensor("a", storage: "0", count: 12, shape: [3, 4], strides: [4, 1])
        $0.tensor("b", storage: "0", count: 12, offset: 1, shape: [4, 2], strides: [1, 4])
        $0.tensor(
          "c", storage: "1", count: 8, shape: [2, 1, 4], strides: [0, 9, 1], type: "HalfStorage")
      }
      $0.text("epoch")
      $0.int(3)
    }
    return pickle.finish()
  }

  private static let archives = pickles.map { torchArchive($0, data: data) }
}
