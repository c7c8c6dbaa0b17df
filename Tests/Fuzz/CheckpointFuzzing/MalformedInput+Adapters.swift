extension MalformedInput {
  /// The base that the adapters here are for: `w.weight` of 6 × 8.
  package static let base = framed(
    #"{"w.weight":{"dtype":"F32","shape":[6,8],"data_offsets":[0,192]},"#
      + #""w.bias":{"dtype":"F32","shape":[6],"data_offsets":[192,216]},"#
      + #""i.weight":{"dtype":"I64","shape":[6,8],"data_offsets":[216,600]}}"#, data: 600)

  private static let soundConfig = #"{"peft_type":"LORA","r":2,"lora_alpha":2}"#

  /// Weights of the given names and shapes, all float32.
  private static func weights(_ tensors: [(String, [Int])], type: String = "F32") -> [UInt8] {
    var end = 0
    let entries = tensors.map { name, shape in
      let start = end
      end += shape.reduce(type == "F32" ? 4 : 8, *)
      return
        #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}"#
    }
    return framed("{" + entries.joined(separator: ",") + "}", data: end)
  }

  private static let prefix = "base_model.model."
  private static let pair = [
    (prefix + "w.lora_A.weight", [2, 8]), (prefix + "w.lora_B.weight", [6, 2]),
  ]

  private static func adapter(_ config: String, _ weights: [UInt8]?) -> Case {
    let files: [(path: String, content: Content)] =
      [("adapter_config.json", .bytes(Array(config.utf8)))]
      + (weights.map { [("adapter_model.safetensors", .bytes($0))] } ?? [])
    return (files, "")
  }

  static var adapters: [Case] {
    configs.map { adapter($0, weights(pair)) }
      + stride(from: 0, to: soundConfig.utf8.count, by: 3).map {
        adapter(String(soundConfig.prefix($0)), weights(pair))
      }
      + tables.map { adapter(soundConfig, weights($0)) }
      + [
        adapter(soundConfig, nil), adapter(soundConfig, []), adapter(soundConfig, framed("{}")),
        adapter(soundConfig, weights(pair, type: "I64")),
        (
          [
            ("adapter_config.json", .bytes(Array(soundConfig.utf8))),
            ("adapter_model.bin", .bytes(Array("x".utf8))),
          ], ""
        ),
      ]
  }

  private static func config(_ more: String) -> String {
    #"{"peft_type":"LORA","r":2,"lora_alpha":2,\#(more)}"#
  }

  private static let configs =
    [
      "", "{", "[]", "null", "{}", #"{"peft_type":null}"#, #"{"peft_type":"IA3"}"#,
      #"{"peft_type":"lora"}"#, #"{"peft_type":["LORA"]}"#, #"{"peft_type":"LORA"}"#,
      #"{"peft_type":"LORA","r":2}"#, #"{"peft_type":"LORA","lora_alpha":2}"#,
      #"{"peft_type":"LORA","r":-2,"lora_alpha":2}"#, #"{"peft_type":"LORA","r":0,"lora_alpha":2}"#,
      #"{"peft_type":"LORA","r":2.5,"lora_alpha":2}"#,
      #"{"peft_type":"LORA","r":1e400,"lora_alpha":2}"#,
      #"{"peft_type":"LORA","r":"2","lora_alpha":2}"#,
      #"{"peft_type":"LORA","r":2,"lora_alpha":"2"}"#,
      #"{"peft_type":"LORA","r":3,"lora_alpha":2}"#,
      #"{"peft_type":"LORA","r":2,"lora_alpha":1e999}"#,
      #"{"peft_type":"LORA","r":2,"lora_alpha":NaN}"#,
      #"{"peft_type":"LORA","r":2,"r":2,"lora_alpha":2}"#,
      soundConfig + "x",
    ]
    + [
      #""use_dora":true"#, #""use_dora":1"#, #""use_rslora":"yes""#, #""fan_in_fan_out":3"#,
      #""rank_pattern":{"w":3}"#, #""rank_pattern":{"w":"2"}"#, #""rank_pattern":{"w":0}"#,
      #""rank_pattern":[2]"#, #""alpha_pattern":{"(a+)+$":2}"#, #""alpha_pattern":{"":2}"#,
      #""alpha_pattern":{"w":null}"#, #""modules_to_save":3"#, #""modules_to_save":[3]"#,
      #""target_parameters":["w.weight"]"#, #""layer_replication":[[0,1]]"#,
      #""megatron_config":{"a":1}"#, #""use_qalora":true"#, #""trainable_token_indices":[1]"#,
      #""alora_invocation_tokens":[1]"#, #""arrow_config":{"a":1}"#,
      #""init_lora_weights":"pissa""#,
      #""init_lora_weights":"olora""#, #""init_lora_weights":"corda""#,
      #""init_lora_weights":"loftq""#,
      #""base_model_name_or_path":3"#, #""x":"# + String(repeating: "[", count: 60_000),
    ].map(config)

  private static let tables: [[(String, [Int])]] = [
    [pair[0]], [pair[1]], [(prefix + "w.lora_A.weight", [2, 7]), pair[1]],
    [pair[0], (prefix + "w.lora_B.weight", [5, 2])],
    [pair[0], (prefix + "w.lora_B.weight", [6, 3])],
    [(prefix + "w.lora_A.weight", [2]), pair[1]], [(prefix + "w.lora_A.weight", []), pair[1]],
    [(prefix + "w.lora_A.weight", [0, 8]), (prefix + "w.lora_B.weight", [6, 0])],
    [(prefix + "x.lora_A.weight", [2, 8]), (prefix + "x.lora_B.weight", [6, 2])],
    [(prefix + "i.lora_A.weight", [2, 8]), (prefix + "i.lora_B.weight", [6, 2])],
    [(prefix + "w.lora_embedding_A", [2, 8]), (prefix + "w.lora_embedding_B", [6, 2])],
    [(prefix + "w.lora_embedding_A", [2, 8]), pair[1]],
    pair + [(prefix + "w.lora_magnitude_vector", [6])], pair + [(prefix + "w.lora_C.weight", [6])],
    pair + [(prefix + "w.lora_B.bias", [5])], [(prefix + "w.lora_B.bias", [6])],
    pair + [(prefix + "e.token_adapter.trainable_tokens_delta", [2, 6])],
    pair + [(prefix + "other.weight", [6])], pair + [(prefix + "w.bias", [7])],
    pair + [("w.lora_A.weight", [2, 8])], [(prefix + "w.lora_A.default.weight", [2, 8]), pair[1]],
    [("..lora_A.weight", [2, 8]), ("..lora_B.weight", [6, 2])], [("", [2, 8])],
  ]
}
