/// The element type of a tensor. Raw values are the names that safetensors headers use.
public enum DType: String, Sendable, Hashable, CaseIterable, Codable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float8e4m3 = "F8_E4M3"
  case float8e5m2 = "F8_E5M2"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8e4m3, .float8e5m2, .int8, .uint8, .bool: 1
    }
  }

  /// Whether elements are floating-point numbers: only those are ever averaged or scaled.
  public var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16, .float8e4m3, .float8e5m2: true
    default: false
    }
  }

  /// The name PyTorch gives the type, as users write it in configurations (`float32`).
  public var torchName: String {
    switch self {
    case .float64: "float64"
    case .float32: "float32"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .float8e4m3: "float8_e4m3fn"
    case .float8e5m2: "float8_e5m2"
    case .int64: "int64"
    case .int32: "int32"
    case .int16: "int16"
    case .int8: "int8"
    case .uint64: "uint64"
    case .uint32: "uint32"
    case .uint16: "uint16"
    case .uint8: "uint8"
    case .bool: "bool"
    }
  }

  /// The type a user names: PyTorch's names and FusionBench's short forms
  /// (`fp16`, `half`, `bf16`, `float`, `double` …), with or without a leading `torch.`.
  public init?(userName: String) {
    let name = userName.hasPrefix("torch.") ? String(userName.dropFirst(6)) : userName
    switch name {
    case "fp64", "double": self = .float64
    case "fp32", "float": self = .float32
    case "fp16", "half": self = .float16
    case "bf16": self = .bfloat16
    default:
      guard let match = DType.allCases.first(where: { $0.torchName == name }) else { return nil }
      self = match
    }
  }
}
