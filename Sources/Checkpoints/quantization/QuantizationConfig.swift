import Tensors
import Wording

/// What `config.json` says of the blocks that share a scale.
enum QuantizationConfig {
  /// `quantization_config.weight_block_size`; 128 × 128 where it is not given.
  ///
  /// - Throws: `CheckpointError`, `QuantizationError.blockSize`.
  static func blockSize(in directory: String) throws -> [Int] {
    let path = Paths.join(directory, "config.json")
    guard Paths.kind(of: path) == .regular else { return [128, 128] }
    let config = try JSONTree.object(at: path, limit: AdapterConfig.sizeLimit)
    guard let given = config["quantization_config"]?["weight_block_size"] else {
      return [128, 128]
    }
    guard case .array(let items) = given else { throw QuantizationError.blockSize(path: path) }
    let sizes = items.compactMap { item -> Int? in
      guard case .number(let size) = item, size >= 1, size <= 1e9 else { return nil }
      return Int(exactly: size)
    }
    guard sizes.count == items.count, sizes.count == 2 else {
      throw QuantizationError.blockSize(path: path)
    }
    return sizes
  }
}

/// What can be wrong with quantized weights.
public enum QuantizationError: Error, Equatable {
  case blockSize(path: String)
  case scales(
    path: String, tensor: TensorName, shape: [Int], scale: TensorName, scaleShape: [Int])
}

extension QuantizationError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .blockSize(let path):
      "\(oneLine(path)): quantization_config.weight_block_size must be two positive integers"
    case .scales(let path, let tensor, let shape, let scale, let scaleShape):
      "\(oneLine(path)): the scales '\(scale)' \(scaleShape) do not fit tensor '\(tensor)' \(shape);"
        + " one number, one for every row, or one for every block are understood"
    }
  }
}
