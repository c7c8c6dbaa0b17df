import Tensors

/// A module whose change is written as two thin matrices.
struct LoRAModule: Sendable {
  /// Its path: the weight's name without `.weight`.
  let name: String
  /// The weight's position among the inputs' tensors.
  let tensor: Int
  /// The weight's sizes.
  let shape: [Int]
  /// Whether it is an embedding, whose factors PEFT keeps the other way round and calls otherwise.
  let isEmbedding: Bool
  /// Whether the weight is (B·A)ᵀ and not B·A.
  let isTransposed: Bool

  /// Rows of the weight as a matrix.
  var rows: Int { shape[0] }
  /// Columns of the weight as a matrix.
  var columns: Int { shape.dropFirst().reduce(1, *) }
  /// Numbers of A for one rank.
  var lengthOfA: Int { isTransposed ? rows : columns }
  /// Numbers of B for one rank.
  var lengthOfB: Int { isTransposed ? columns : rows }

  /// The tensors of PEFT's file for factors of a rank: A, then B.
  ///
  /// - Throws: `TensorError.tooLarge`.
  func tensors(rank: Int, dtype: DType) throws -> [TensorInfo] {
    let path = "base_model.model.\(name)"
    if isEmbedding {
      return [
        try TensorInfo(
          name: TensorName("\(path).lora_embedding_A"), dtype: dtype, shape: [rank, lengthOfA]),
        try TensorInfo(
          name: TensorName("\(path).lora_embedding_B"), dtype: dtype, shape: [lengthOfB, rank]),
      ]
    }
    let kernel = shape.dropFirst(2)
    let a = isTransposed ? [rank, rows] : [rank] + shape.dropFirst()
    return [
      try TensorInfo(name: TensorName("\(path).lora_A.weight"), dtype: dtype, shape: a),
      try TensorInfo(
        name: TensorName("\(path).lora_B.weight"), dtype: dtype,
        shape: [lengthOfB, rank] + kernel.map { _ in 1 }),
    ]
  }
}
