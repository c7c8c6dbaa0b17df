#include "internal.h"

int cmpi_allreduce(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, cmpi_op op, int64_t chunk,
    bool sleeping) {
  MPI_Comm mpi_comm = cmpi_unwrap(comm);
  MPI_Datatype datatype = cmpi_datatype(type);
  MPI_Op operation = cmpi_operation(op);
  char *next = data;
  int64_t left = count;
  do {
    int part = cmpi_part(left, chunk);
    if (sleeping) {
      MPI_Request request = MPI_REQUEST_NULL;
      CMPI_TRY(MPI_Iallreduce(
          MPI_IN_PLACE, next, part, datatype, operation, mpi_comm, &request));
      CMPI_TRY(cmpi_wait_sleeping(&request, MPI_STATUS_IGNORE));
    } else {
      CMPI_TRY(MPI_Allreduce(MPI_IN_PLACE, next, part, datatype, operation, mpi_comm));
    }
    left -= part;
    next += (size_t)part * cmpi_width(type);
  } while (left > 0);
  return MPI_SUCCESS;
}

/// Reduces `data` of every rank into `result` of `root`; the two may be the same buffer there.
static int reduce_to(
    MPI_Comm comm, const void *data, void *result, int64_t count, cmpi_type type, cmpi_op op,
    int root, int64_t chunk) {
  int rank = 0;
  CMPI_TRY(MPI_Comm_rank(comm, &rank));
  int64_t left = count;
  size_t offset = 0;
  do {
    int part = cmpi_part(left, chunk);
    const char *from = (const char *)data + offset;
    char *to = rank == root ? (char *)result + offset : NULL;
    CMPI_TRY(MPI_Reduce(
        rank == root && data == result ? MPI_IN_PLACE : from, to, part, cmpi_datatype(type),
        cmpi_operation(op), root, comm));
    left -= part;
    offset += (size_t)part * cmpi_width(type);
  } while (left > 0);
  return MPI_SUCCESS;
}

int cmpi_reduce(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, cmpi_op op, int root,
    int64_t chunk) {
  return reduce_to(cmpi_unwrap(comm), data, data, count, type, op, root, chunk);
}

int cmpi_reduce_scatter(
    cmpi_comm comm, const void *data, void *own, const int64_t *counts, cmpi_type type, cmpi_op op,
    int64_t chunk) {
  // One reduction per block, to its owner: MPI_Reduce_scatter is bound to 32-bit counts and, in
  // Open MPI, to a second buffer of the whole input.
  MPI_Comm mpi_comm = cmpi_unwrap(comm);
  int size = 0;
  CMPI_TRY(MPI_Comm_size(mpi_comm, &size));
  const char *block = data;
  for (int owner = 0; owner < size; owner++) {
    CMPI_TRY(reduce_to(mpi_comm, block, own, counts[owner], type, op, owner, chunk));
    block += (size_t)counts[owner] * cmpi_width(type);
  }
  return MPI_SUCCESS;
}
