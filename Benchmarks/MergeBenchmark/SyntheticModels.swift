import Threading
import Checkpoints
import Foundation
import FusionCore
import Tensors

/// A base and fine-tuned models with the shapes of CLIP's ViT-B/32 vision tower: 87,456,000
/// parameters each, or several times as many.
struct SyntheticModels {
  let count: Int
  var dtype = DType.float32
  var towers = 1

  /// Writes `base`, `ft1`, `ft2` … below `folder`; models that are there already are left.
  func write(to folder: String) throws {
    let manifest = try Manifest(
      (0..<towers).flatMap { tower in
        try Self.shapes.map {
          try TensorInfo(
            name: towers == 1 ? $0.0 : TensorName("tower.\(tower).\($0.0.string)"), dtype: dtype,
            shape: $0.1)
        }
      })
    for model in 0...count {
      let path = "\(folder)/\(model == 0 ? "base" : "ft\(model)")"
      if FileManager.default.fileExists(atPath: "\(path)/model.safetensors") { continue }
      let writer = try SafetensorsWriter(manifest, to: path, runID: "benchmark", fsync: false)
      try writer.create()
      try writer.open()
      let slices = manifest.slices(limit: 1 << 20)
      try Parallel(threads: usableCores()).forEach(slices.count) { index in
        let slice = slices[index]
        let start = manifest.elementOffsets[slice.tensor] + slice.elements.lowerBound
        // Layers are fine-tuned by different amounts, as real ones are.
        let scale = Float(1 + slice.tensor % 7) * 1e-4
        let values = (start..<start + slice.count).map { element in
          let base = 0.02 * noise(0, element)
          return Double(model == 0 ? base : base + scale * noise(model, element))
        }
        var bytes = [UInt8](repeating: 0, count: slice.count * dtype.byteCount)
        values.withUnsafeBufferPointer { values in
          bytes.withUnsafeMutableBytes { Conversion.store(values, as: dtype, into: $0) }
        }
        try bytes.withUnsafeBytes { try writer.write(slice, $0) }
      }
      try writer.finishWriting()
      try writer.commit()
    }
  }

  private static var shapes: [(TensorName, [Int])] {
    let (width, inner) = (768, 3072)
    var shapes: [(TensorName, [Int])] = [
      ("embeddings.class_embedding", [width]),
      ("embeddings.patch_embedding.weight", [width, 3, 32, 32]),
      ("embeddings.position_embedding.weight", [50, width]),
    ]
    for norm in ["pre_layrnorm", "post_layernorm"] { shapes += vectors(norm, width) }
    for layer in 0..<12 {
      let prefix = "encoder.layers.\(layer)."
      for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
        shapes += linear("\(prefix)self_attn.\(part)", width, width)
      }
      shapes += linear("\(prefix)mlp.fc1", inner, width) + linear("\(prefix)mlp.fc2", width, inner)
      for norm in ["layer_norm1", "layer_norm2"] { shapes += vectors(prefix + norm, width) }
    }
    return shapes
  }

  private static func linear(_ name: String, _ rows: Int, _ columns: Int) -> [(TensorName, [Int])] {
    [(TensorName("\(name).weight"), [rows, columns]), (TensorName("\(name).bias"), [rows])]
  }

  private static func vectors(_ name: String, _ width: Int) -> [(TensorName, [Int])] {
    [(TensorName("\(name).weight"), [width]), (TensorName("\(name).bias"), [width])]
  }
}

/// About normal: the sum of four uniform numbers that depend on the two keys only.
private func noise(_ model: Int, _ element: Int) -> Float {
  var x = UInt64(truncatingIfNeeded: element) &* 0x9E37_79B9_7F4A_7C15
  x ^= UInt64(truncatingIfNeeded: model + 1) &* 0xBF58_476D_1CE4_E5B9
  x ^= x >> 31
  x = x &* 0x94D0_49BB_1331_11EB
  x ^= x >> 29
  let parts = (0..<4).map { Float(UInt16(truncatingIfNeeded: x >> (16 * UInt64($0)))) }
  return (parts.reduce(0, +) / 65536 - 2) * 1.7
}
