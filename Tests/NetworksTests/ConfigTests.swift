import Foundation
import Networks
import Testing

struct ConfigTests {
  private func read(_ text: String) throws -> CLIPVisionConfig {
    try CLIPVisionConfig(json: Data(text.utf8), path: "c.json")
  }

  @Test func `sizes are read, what is left out is ViT-B/32`() throws {
    let config = try read(
      #"{"model_type": "clip_vision_model", "hidden_size": 128, "num_attention_heads": 4, "#
        + #""hidden_act": "gelu", "layer_norm_eps": 1e-6, "projection_dim": 64}"#)
    var expected = CLIPVisionConfig()
    expected.hiddenSize = 128
    expected.attentionHeads = 4
    expected.activation = .gelu
    expected.layerNormEpsilon = 1e-6
    #expect(config == expected)
    #expect(config.tokens == 50)
    #expect(config.headSize == 32)
  }

  @Test func `a whole CLIP model's vision part is read`() throws {
    let config = try read(
      #"{"model_type": "clip", "hidden_size": 1, "vision_config": {"image_size": 336, "patch_size": 14}}"#
    )
    #expect(config.hiddenSize == 768)
    #expect(config.tokens == 577)
  }

  @Test(arguments: [
    (#"{"model_type": "llama"}"#, "'model_type' is 'llama', not 'clip' or 'clip_vision_model'"),
    (#"{"hidden_act": "relu"}"#, "'hidden_act' is 'relu'; known are quick_gelu, gelu"),
    (#"{"patch_size": 0}"#, "'patch_size' is 0, not between 1 and 1048576"),
    (#"{"hidden_size": 9999999}"#, "'hidden_size' is 9999999, not between 1 and 1048576"),
    (
      #"{"vision_config": {"num_attention_heads": 7}}"#,
      "'vision_config.num_attention_heads' is 7, which does not divide hidden_size 768"
    ),
    (#"{"image_size": 16}"#, "'patch_size' is 32, more than image_size 16"),
    (#"{"layer_norm_eps": -1}"#, "'layer_norm_eps' is -1.0"),
    ("{", "cannot be read: it is not a JSON object"),
  ])
  func `wrong sizes are named`(text: String, message: String) {
    let error = caught(NetworkError.self) { _ = try read(text) }
    #expect(error?.description.hasPrefix("c.json: ") == true)
    #expect(error?.description.hasSuffix(message) == true)
  }

  @Test func `a size of the wrong type is named`() {
    let error = caught(NetworkError.self) {
      _ = try read(#"{"vision_config": {"hidden_size": "big"}}"#)
    }
    #expect(
      error?.description.hasPrefix("c.json: 'vision_config.hidden_size' cannot be used") == true)
  }

  @Test func `a missing file is named`() {
    let error = caught(NetworkError.self) { _ = try CLIPVisionConfig(path: "/nowhere/config.json") }
    #expect(error?.description.hasPrefix("/nowhere/config.json: cannot be read: ") == true)
  }
}
