import Checkpoints
import Foundation
import Tensors

@testable import DataSets
@testable import Networks

/// Files of the repository that tests read.
enum Files {
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let goldens = tests + "/Goldens/networks"
  static let demo = tests + "/../launch/demo-assets"

  static func tensors(_ path: String) throws -> any StateDict { try Checkpoint.open(path) }

  static func floats(_ name: String, in state: any StateDict) throws -> [Float] {
    try state.tensor(TensorName(name)).doubles().map(Float.init)
  }
}

/// The error of a type that `body` throws.
func caught<Failure: Error>(_ type: Failure.Type, _ body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error as? Failure
  }
}

/// The largest distance between values at the same place; infinite when the counts differ.
func distance(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { $0.isFinite ? abs($0 - $1) : .infinity }.max() ?? 0
}

/// Values between -1 and 1 that look random and are always the same.
func noise(_ count: Int, seed: Int) -> [Double] {
  (0..<count).map { sin(Double($0 * 37 + seed * 101) * 12.9898) }
}

/// Data sets made in code: gray pictures of one brightness.
struct FlatImages: ImageDataSet {
  var path = "flat images"
  var labels: [Int]
  var side = 4

  var count: Int { labels.count }
  var classNames: [String]? { nil }

  func image(_ index: Int) -> Image {
    Image(
      width: side, height: side, channels: 1,
      samples: (0..<side * side).map { UInt8(truncatingIfNeeded: index * 40 + $0 * 3) })
  }

  func label(_ index: Int) -> Int { labels[index] }
}

/// A network of one layer and hidden size 6.
enum TinyNetwork {
  static var config: CLIPVisionConfig {
    var config = CLIPVisionConfig()
    config.hiddenSize = 6
    config.intermediateSize = 8
    config.layers = 1
    config.attentionHeads = 2
    config.imageSize = 4
    config.patchSize = 2
    return config
  }

  /// Names and shapes, without a prefix.
  static let shapes: [(name: String, shape: [Int])] = {
    let layer = "encoder.layers.0."
    var shapes: [(name: String, shape: [Int])] = [
      ("embeddings.class_embedding", [6]),
      ("embeddings.patch_embedding.weight", [6, 3, 2, 2]),
      ("embeddings.position_embedding.weight", [5, 6]),
      (layer + "mlp.fc1.weight", [8, 6]), (layer + "mlp.fc1.bias", [8]),
      (layer + "mlp.fc2.weight", [6, 8]), (layer + "mlp.fc2.bias", [6]),
    ]
    for norm in ["pre_layrnorm", layer + "layer_norm1", layer + "layer_norm2", "post_layernorm"] {
      shapes.append((norm + ".weight", [6]))
      shapes.append((norm + ".bias", [6]))
    }
    for projection in ["q_proj", "k_proj", "v_proj", "out_proj"] {
      shapes.append((layer + "self_attn." + projection + ".weight", [6, 6]))
      shapes.append((layer + "self_attn." + projection + ".bias", [6]))
    }
    return shapes
  }()

  /// Its tensors, each of which `change` may replace or leave out.
  static func weights(
    prefix: String = "", adding: [Tensor] = [],
    change: (String, [Int]) throws -> Tensor? = { try tensor($0, $1) }
  ) throws -> InMemoryStateDict {
    let tensors = try shapes.compactMap { try change(prefix + $0.name, $0.shape) }
    return try InMemoryStateDict(tensors + adding, label: "tiny")
  }

  static func tensor(_ name: String, _ shape: [Int], dtype: DType = .float32) throws -> Tensor {
    try Tensor(
      TensorName(name), dtype: dtype, shape: shape,
      values: noise(shape.reduce(1, *), seed: shape.reduce(shape.count, +)))
  }

  /// A head of three classes for its six hidden values.
  static func head(
    weight: [Int] = [3, 4], projection: [Int]? = [4, 6], scale: [Int] = []
  ) throws -> InMemoryStateDict {
    var tensors = [
      try tensor("weight", weight),
      try Tensor(
        "logit_scale", shape: scale, values: .init(repeating: 1.5, count: scale.reduce(1, *))),
    ]
    if let projection { tensors.append(try tensor("visual_projection.weight", projection)) }
    return try InMemoryStateDict(tensors, label: "head")
  }
}
