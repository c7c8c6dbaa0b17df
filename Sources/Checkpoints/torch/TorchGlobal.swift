import Tensors

/// What a pickle may name. Nothing is imported or called: each case is a few lines of this module.
enum TorchGlobal: Equatable {
  case orderedDictionary
  case set
  case size
  case device
  case encode
  case rebuildTensor
  case rebuildTypedTensor
  case rebuildParameter
  case element(TorchElement)
  case storage(TorchElement?)

  /// Looks up a dotted name; nil for everything that is not in the list.
  init?(_ name: String) {
    guard let known = Self.table[name] else { return nil }
    self = known
  }

  private static let table: [String: TorchGlobal] = {
    var table: [String: TorchGlobal] = [
      "collections.OrderedDict": .orderedDictionary,
      "builtins.set": .set, "__builtin__.set": .set,
      "builtins.frozenset": .set, "__builtin__.frozenset": .set,
      "torch.Size": .size,
      "torch.device": .device,
      "_codecs.encode": .encode,
      "torch._utils._rebuild_tensor_v2": .rebuildTensor,
      "torch._utils._rebuild_tensor_v3": .rebuildTypedTensor,
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
      "torch.storage.UntypedStorage": .storage(nil),
      "torch.UntypedStorage": .storage(nil),
    ]
    for dtype in DType.allCases { table["torch." + dtype.torchName] = .element(.known(dtype)) }
    for name in otherElements { table["torch." + name] = .element(.other(name)) }
    for (name, element) in storages {
      table["torch.\(name)Storage"] = .storage(element)
      table["torch.storage.\(name)Storage"] = .storage(element)
    }
    return table
  }()

  private static let otherElements = [
    "complex32", "complex64", "complex128", "qint8", "quint8", "qint32", "quint4x2", "quint2x4",
    "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2", "bits8", "bits16",
    "bits1x8", "bits2x4", "bits4x2", "uint1", "uint2", "uint3", "uint4", "uint5", "uint6", "uint7",
    "int1", "int2", "int3", "int4", "int5", "int6", "int7",
  ]

  private static let storages: [(String, TorchElement)] = [
    ("Double", .known(.float64)), ("Float", .known(.float32)), ("Half", .known(.float16)),
    ("BFloat16", .known(.bfloat16)), ("Long", .known(.int64)), ("Int", .known(.int32)),
    ("Short", .known(.int16)), ("Char", .known(.int8)), ("Byte", .known(.uint8)),
    ("Bool", .known(.bool)), ("ComplexDouble", .other("complex128")),
    ("ComplexFloat", .other("complex64")), ("QUInt8", .other("quint8")),
    ("QInt8", .other("qint8")), ("QInt32", .other("qint32")), ("QUInt4x2", .other("quint4x2")),
    ("QUInt2x4", .other("quint2x4")),
  ]
}
