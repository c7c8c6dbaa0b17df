// Conversions between the shim's types and MPI's, shared by the files of this target.
#ifndef CMPI_INTERNAL_H
#define CMPI_INTERNAL_H

#include <limits.h>
#include <mpi.h>
#include <stddef.h>

#include "cmpi.h"

_Static_assert(sizeof(MPI_Comm) <= sizeof(intptr_t), "an MPI_Comm fits the handle");

#define CMPI_TRY(call)                    \
  do {                                    \
    int cmpi_code = (call);               \
    if (cmpi_code != MPI_SUCCESS) {       \
      return cmpi_code;                   \
    }                                     \
  } while (0)

static inline MPI_Comm cmpi_unwrap(cmpi_comm comm) { return (MPI_Comm)comm.bits; }
static inline cmpi_comm cmpi_wrap(MPI_Comm comm) { return (cmpi_comm){(intptr_t)comm}; }

/// How many elements the next call carries when `left` are left.
static inline int cmpi_part(int64_t left, int64_t chunk) {
  int64_t limit = chunk < 1 ? 1 : (chunk > INT_MAX ? INT_MAX : chunk);
  return (int)(left < limit ? left : limit);
}

MPI_Datatype cmpi_datatype(cmpi_type type);
MPI_Op cmpi_operation(cmpi_op op);
size_t cmpi_width(cmpi_type type);

/// Waits for `request` with sleeps that grow with the time waited.
int cmpi_wait_sleeping(MPI_Request *request, MPI_Status *status);

#endif
