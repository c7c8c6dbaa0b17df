import DataSets
import Foundation

extension CLIPVisionConfig {
  /// Reads a `config.json`: of a vision model, or of a whole CLIP model (`vision_config`).
  ///
  /// - Throws: `NetworkError.unreadableFile` or `.invalidConfig`.
  public init(path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw NetworkError.unreadableFile(path: path, reason: error.localizedDescription)
    }
    try self.init(json: data, path: path)
  }

  /// Reads the text of a `config.json`.
  ///
  /// - Parameter path: what to call it in messages.
  /// - Throws: `NetworkError.unreadableFile` or `.invalidConfig`.
  public init(json: Data, path: String) throws {
    self.init()
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: json)
    } catch let error as DecodingError {
      let (key, problem) = error.place
      throw key.map { NetworkError.invalidConfig(path: path, key: $0, problem: problem) }
        ?? .unreadableFile(path: path, reason: problem)
    } catch {
      throw NetworkError.unreadableFile(path: path, reason: error.localizedDescription)
    }
    if let type = file.model_type, !["clip", "clip_vision_model"].contains(type) {
      throw NetworkError.invalidConfig(
        path: path, key: "model_type", problem: "is '\(type)', not 'clip' or 'clip_vision_model'")
    }
    let sizes = file.vision_config ?? file.sizes
    let prefix = file.vision_config == nil ? "" : "vision_config."
    func size(_ key: String, _ value: Int?, _ standard: Int, from least: Int = 1) throws -> Int {
      let value = value ?? standard
      guard (least...1 << 20).contains(value) else {
        throw NetworkError.invalidConfig(
          path: path, key: prefix + key, problem: "is \(value), not between \(least) and \(1 << 20)"
        )
      }
      return value
    }
    hiddenSize = try size("hidden_size", sizes.hidden_size, hiddenSize)
    intermediateSize = try size("intermediate_size", sizes.intermediate_size, intermediateSize)
    layers = try size("num_hidden_layers", sizes.num_hidden_layers, layers, from: 0)
    attentionHeads = try size("num_attention_heads", sizes.num_attention_heads, attentionHeads)
    imageSize = try size("image_size", sizes.image_size, imageSize)
    patchSize = try size("patch_size", sizes.patch_size, patchSize)
    channels = try size("num_channels", sizes.num_channels, channels)
    layerNormEpsilon = sizes.layer_norm_eps ?? layerNormEpsilon
    if let name = sizes.hidden_act {
      guard let activation = Activation(rawValue: name) else {
        let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
        throw NetworkError.invalidConfig(
          path: path, key: prefix + "hidden_act", problem: "is '\(name)'; known are \(known)")
      }
      self.activation = activation
    }
    try check(path: path, prefix: prefix)
  }

  /// What the values must be to one another.
  private func check(path: String, prefix: String) throws {
    guard hiddenSize % attentionHeads == 0 else {
      throw NetworkError.invalidConfig(
        path: path, key: prefix + "num_attention_heads",
        problem: "is \(attentionHeads), which does not divide hidden_size \(hiddenSize)")
    }
    guard patchSize <= imageSize else {
      throw NetworkError.invalidConfig(
        path: path, key: prefix + "patch_size",
        problem: "is \(patchSize), more than image_size \(imageSize)")
    }
    guard layerNormEpsilon >= 0, layerNormEpsilon.isFinite else {
      throw NetworkError.invalidConfig(
        path: path, key: prefix + "layer_norm_eps", problem: "is \(layerNormEpsilon)")
    }
  }

  /// The file's keys, as they are spelled there.
  private struct Sizes: Decodable {
    var hidden_size: Int?
    var intermediate_size: Int?
    var num_hidden_layers: Int?
    var num_attention_heads: Int?
    var image_size: Int?
    var patch_size: Int?
    var num_channels: Int?
    var hidden_act: String?
    var layer_norm_eps: Double?
  }

  private struct File: Decodable {
    var model_type: String?
    var vision_config: Sizes?
    var sizes: Sizes

    enum CodingKeys: String, CodingKey {
      case model_type, vision_config
    }

    init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      model_type = try keys.decodeIfPresent(String.self, forKey: .model_type)
      vision_config = try keys.decodeIfPresent(Sizes.self, forKey: .vision_config)
      sizes = try vision_config ?? Sizes(from: decoder)
    }
  }
}
