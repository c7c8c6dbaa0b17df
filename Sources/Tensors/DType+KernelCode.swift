package import CFusionKernels

extension DType {
  /// The number that the C kernels know the type by.
  package var kernelCode: ck_dtype {
    switch self {
    case .float64: CK_F64
    case .float32: CK_F32
    case .float16: CK_F16
    case .bfloat16: CK_BF16
    case .float8e4m3: CK_F8_E4M3
    case .float8e5m2: CK_F8_E5M2
    case .int64: CK_I64
    case .int32: CK_I32
    case .int16: CK_I16
    case .int8: CK_I8
    case .uint64: CK_U64
    case .uint32: CK_U32
    case .uint16: CK_U16
    case .uint8: CK_U8
    case .bool: CK_BOOL
    }
  }
}
