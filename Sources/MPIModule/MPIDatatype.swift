internal import CMPI

/// The MPI datatype of an element.
public enum MPIDatatype: Sendable, CaseIterable {
  case float32, float64
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
}

extension MPIDatatype {
  var code: cmpi_type {
    switch self {
    case .float32: CMPI_FLOAT32
    case .float64: CMPI_FLOAT64
    case .int8: CMPI_INT8
    case .int16: CMPI_INT16
    case .int32: CMPI_INT32
    case .int64: CMPI_INT64
    case .uint8: CMPI_UINT8
    case .uint16: CMPI_UINT16
    case .uint32: CMPI_UINT32
    case .uint64: CMPI_UINT64
    }
  }
}
