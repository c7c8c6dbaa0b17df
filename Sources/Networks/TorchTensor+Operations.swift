internal import CTorchInterface

// Every function throws `NetworkError.operationFailed` when the shapes do not fit.
extension TorchTensor {
  /// The same elements in another shape.
  public func reshape(_ shape: [Int]) throws -> TorchTensor {
    let sizes = shape.map(Int64.init)
    return try making("reshape to \(shape)") { functions, out, error in
      functions.reshape(handle, sizes, Int32(clamping: sizes.count), out, error)
    }
  }

  /// Repeats dimensions of size 1, without copying, up to `shape`.
  public func expand(_ shape: [Int]) throws -> TorchTensor {
    let sizes = shape.map(Int64.init)
    return try making("expand to \(shape)") { functions, out, error in
      functions.expand(handle, sizes, Int32(clamping: sizes.count), out, error)
    }
  }

  /// Swaps two dimensions.
  public func transpose(_ first: Int, _ second: Int) throws -> TorchTensor {
    try making("transpose") { functions, out, error in
      functions.transpose(handle, Int64(first), Int64(second), out, error)
    }
  }

  /// The part at `index` of one dimension, which disappears.
  public func select(_ index: Int, dimension: Int) throws -> TorchTensor {
    try making("select") { functions, out, error in
      functions.select(handle, Int64(dimension), Int64(index), out, error)
    }
  }

  /// This tensor and then `other`, joined along one dimension.
  public func cat(_ other: TorchTensor, dimension: Int) throws -> TorchTensor {
    let parts: [OpaquePointer?] = [handle, other.handle]
    return try making("cat", with: other) { functions, out, error in
      functions.cat(parts, Int32(parts.count), Int64(dimension), out, error)
    }
  }

  /// The sum, broadcast.
  public func add(_ other: TorchTensor) throws -> TorchTensor {
    try making("add", with: other) { functions, out, error in
      functions.add(handle, other.handle, out, error)
    }
  }

  /// The product of elements at the same place, broadcast.
  public func multiply(_ other: TorchTensor) throws -> TorchTensor {
    try making("multiply", with: other) { functions, out, error in
      functions.multiply(handle, other.handle, out, error)
    }
  }

  /// Every element times `factor`.
  public func scale(by factor: Double) throws -> TorchTensor {
    try making("scale") { functions, out, error in
      functions.scale(handle, factor, out, error)
    }
  }

  /// The matrix product over the last two dimensions, for every index of those before.
  public func matmul(_ other: TorchTensor) throws -> TorchTensor {
    try making("matmul", with: other) { functions, out, error in
      functions.matmul(handle, other.handle, out, error)
    }
  }

  /// `self @ weightᵀ + bias`, weight `[out, in]`, bias `[out]`.
  public func linear(_ weight: TorchTensor, bias: TorchTensor? = nil) throws -> TorchTensor {
    try making("linear", with: weight, bias) { functions, out, error in
      functions.linear(handle, weight.handle, bias?.handle, out, error)
    }
  }

  /// Convolution of `[n, channels, h, w]` with a weight `[out, channels, kh, kw]`.
  public func conv2d(
    _ weight: TorchTensor, bias: TorchTensor? = nil, stride: Int = 1, padding: Int = 0
  ) throws -> TorchTensor {
    try making("conv2d", with: weight, bias) { functions, out, error in
      functions.conv2d(
        handle, weight.handle, bias?.handle, Int64(stride), Int64(padding), out, error)
    }
  }

  /// What the tokens of `self`, `[n, m, hidden]`, find in others: softmax(q kᵀ / √size) v for each
  /// head, which has `size` elements of every token.
  ///
  /// - Parameters:
  ///   - keys: `[n, tokens, hidden]`.
  ///   - values: `[n, tokens, hidden]`.
  ///   - heads: divides `hidden`.
  /// - Returns: `[n, m, hidden]`.
  public func attention(
    keys: TorchTensor, values: TorchTensor, heads: Int
  ) throws -> TorchTensor {
    try making("attention", with: keys, values) { functions, out, error in
      functions.attention(handle, keys.handle, values.handle, Int64(heads), out, error)
    }
  }

  /// Normalises over the last dimension, then multiplies with `weight` and adds `bias`.
  public func layerNorm(
    _ weight: TorchTensor, bias: TorchTensor, epsilon: Double
  ) throws -> TorchTensor {
    try making("layer_norm", with: weight, bias) { functions, out, error in
      functions.layer_norm(handle, weight.handle, bias.handle, epsilon, out, error)
    }
  }

  /// The exact Gaussian error linear unit.
  public func gelu() throws -> TorchTensor {
    try making("gelu") { functions, out, error in functions.gelu(handle, out, error) }
  }

  /// `x · sigmoid(1.702 · x)`.
  public func quickGELU() throws -> TorchTensor {
    try making("quick_gelu") { functions, out, error in functions.quick_gelu(handle, out, error) }
  }

  /// Softmax along one dimension.
  public func softmax(dimension: Int) throws -> TorchTensor {
    try making("softmax") { functions, out, error in
      functions.softmax(handle, Int64(dimension), out, error)
    }
  }

  /// Logarithm of the softmax along one dimension.
  public func logSoftmax(dimension: Int) throws -> TorchTensor {
    try making("log_softmax") { functions, out, error in
      functions.log_softmax(handle, Int64(dimension), out, error)
    }
  }

  /// Divided by the Euclidean norm along one dimension.
  public func normalize(dimension: Int) throws -> TorchTensor {
    try making("normalize") { functions, out, error in
      functions.normalize(handle, Int64(dimension), out, error)
    }
  }

  /// The mean over the batch of the cross-entropy of logits `[n, classes]` with class numbers `[n]`.
  public func crossEntropy(_ targets: TorchTensor) throws -> TorchTensor {
    try making("cross_entropy", with: targets) { functions, out, error in
      functions.cross_entropy(handle, targets.handle, out, error)
    }
  }

  /// The position of the largest element along one dimension, the first of equals.
  public func argmax(dimension: Int) throws -> TorchTensor {
    try making("argmax") { functions, out, error in
      functions.argmax(handle, Int64(dimension), out, error)
    }
  }

  /// Runs one operation on this tensor; it and `operands` live until the call returns.
  private func making(
    _ operation: String, with operands: TorchTensor?...,
    call: (ctorch_functions, ctorch_out, ctorch_error) -> ctorch_status
  ) throws -> TorchTensor {
    try withExtendedLifetime((self, operands)) {
      try Self.making("\(operation) of \(shape)", in: library) {
        call(library.functions.pointee, $0, $1)
      }
    }
  }
}
