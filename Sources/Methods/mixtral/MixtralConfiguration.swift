import FusionCore
import OrderedCollections

/// The `config.json` of a Mixtral model made of a Llama or Mistral model.
enum MixtralConfiguration {
  /// transformers' defaults for Llama and Mistral where Mixtral's are others: a base that leaves them
  /// out means these.
  private static let defaults: OrderedDictionary<String, JSONValue> = [
    "rms_norm_eps": .number(1e-6)
  ]

  /// Turns the base's configuration into Mixtral's.
  ///
  /// - Parameters:
  ///   - architecture: `MixtralForCausalLM` or `MixtralModel`.
  ///   - experts: experts per layer.
  ///   - perToken: experts that a token goes through.
  static func make(
    from base: JSONValue, architecture: String, experts: Int, perToken: Int
  ) -> JSONValue {
    var config = base
    for (key, value) in defaults where base[key] == nil { config = config.setting(key, value) }
    if base["rope_theta"] == nil && base["rope_parameters"] == nil {
      config = config.setting("rope_theta", .number(10000))
    }
    if base["model_type"] != .string("mistral") {
      if base["num_key_value_heads"] == nil, let heads = base["num_attention_heads"] {
        config = config.setting("num_key_value_heads", heads)
      }
      if base["max_position_embeddings"] == nil {
        config = config.setting("max_position_embeddings", .integer(2048))
      }
    }
    let changes: OrderedDictionary<String, JSONValue> = [
      "architectures": .array([.string(architecture)]), "model_type": .string("mixtral"),
      "num_local_experts": .integer(experts), "num_experts_per_tok": .integer(perToken),
      "sliding_window": .null, "output_router_logits": .bool(false),
      "router_aux_loss_coef": .number(0.001), "router_jitter_noise": .number(0),
    ]
    for (key, value) in changes { config = config.setting(key, value) }
    return config
  }

  /// `initializer_range`, 0.02 where it is not given.
  static func initializerRange(_ base: JSONValue?) -> Double {
    switch base?["initializer_range"] {
    case .number(let value) where value.isFinite: value
    case .integer(let value): Double(value)
    default: 0.02
    }
  }
}
