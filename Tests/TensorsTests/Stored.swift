import Tensors

/// The bytes of `patterns`, each as an element of `bits` bits.
func stored(_ patterns: [UInt64], bits: Int) -> [UInt8] {
  patterns.flatMap { pattern in
    (0..<bits / 8).map { UInt8(truncatingIfNeeded: pattern >> UInt64(8 * $0)) }
  }
}

/// The patterns of elements of `bits` bits.
func patterns(_ bytes: [UInt8], bits: Int) -> [UInt64] {
  let size = bits / 8
  return stride(from: 0, to: bytes.count, by: size).map { start in
    (0..<size).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
  }
}

/// What `Conversion.load` makes of `bytes`.
func loadDoubles(_ bytes: [UInt8], as dtype: DType) -> [Double] {
  var values = [Double](repeating: -1, count: bytes.count / dtype.byteCount)
  bytes.withUnsafeBytes { bytes in
    values.withUnsafeMutableBufferPointer { Conversion.load(bytes, as: dtype, into: $0) }
  }
  return values
}

/// What `Conversion.load` makes of `bytes`.
func loadFloats(_ bytes: [UInt8], as dtype: DType) -> [Float] {
  var values = [Float](repeating: -1, count: bytes.count / dtype.byteCount)
  bytes.withUnsafeBytes { bytes in
    values.withUnsafeMutableBufferPointer { Conversion.load(bytes, as: dtype, into: $0) }
  }
  return values
}

/// What `Conversion.store` makes of `values`.
func store(_ values: [Double], as dtype: DType) -> [UInt8] {
  var bytes = [UInt8](repeating: 0xAA, count: values.count * dtype.byteCount)
  values.withUnsafeBufferPointer { values in
    bytes.withUnsafeMutableBytes { Conversion.store(values, as: dtype, into: $0) }
  }
  return bytes
}
