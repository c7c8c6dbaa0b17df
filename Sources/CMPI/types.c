#include "internal.h"

MPI_Datatype cmpi_datatype(cmpi_type type) {
  switch (type) {
    case CMPI_FLOAT32: return MPI_FLOAT;
    case CMPI_FLOAT64: return MPI_DOUBLE;
    case CMPI_INT8: return MPI_INT8_T;
    case CMPI_INT16: return MPI_INT16_T;
    case CMPI_INT32: return MPI_INT32_T;
    case CMPI_INT64: return MPI_INT64_T;
    case CMPI_UINT8: return MPI_UINT8_T;
    case CMPI_UINT16: return MPI_UINT16_T;
    case CMPI_UINT32: return MPI_UINT32_T;
    case CMPI_UINT64: return MPI_UINT64_T;
  }
  return MPI_DATATYPE_NULL;
}

size_t cmpi_width(cmpi_type type) {
  switch (type) {
    case CMPI_INT8:
    case CMPI_UINT8: return 1;
    case CMPI_INT16:
    case CMPI_UINT16: return 2;
    case CMPI_FLOAT32:
    case CMPI_INT32:
    case CMPI_UINT32: return 4;
    case CMPI_FLOAT64:
    case CMPI_INT64:
    case CMPI_UINT64: return 8;
  }
  return 0;
}

MPI_Op cmpi_operation(cmpi_op op) {
  switch (op) {
    case CMPI_SUM: return MPI_SUM;
    case CMPI_MIN: return MPI_MIN;
    case CMPI_MAX: return MPI_MAX;
    case CMPI_BITWISE_OR: return MPI_BOR;
  }
  return MPI_OP_NULL;
}
