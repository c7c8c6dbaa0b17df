#include <stdlib.h>
#include <string.h>

#include "internal.h"

int cmpi_bcast(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, int root, int64_t chunk,
    bool sleeping) {
  MPI_Comm mpi_comm = cmpi_unwrap(comm);
  MPI_Datatype datatype = cmpi_datatype(type);
  char *next = data;
  int64_t left = count;
  do {
    int part = cmpi_part(left, chunk);
    if (sleeping) {
      MPI_Request request = MPI_REQUEST_NULL;
      CMPI_TRY(MPI_Ibcast(next, part, datatype, root, mpi_comm, &request));
      CMPI_TRY(cmpi_wait_sleeping(&request, MPI_STATUS_IGNORE));
    } else {
      CMPI_TRY(MPI_Bcast(next, part, datatype, root, mpi_comm));
    }
    left -= part;
    next += (size_t)part * cmpi_width(type);
  } while (left > 0);
  return MPI_SUCCESS;
}

/// One MPI_Allgatherv, for a total that fits its 32-bit counts and displacements.
static int allgatherv_at_once(
    MPI_Comm comm, int size, void *data, const int64_t *counts, MPI_Datatype datatype) {
  int *parts = malloc(2 * (size_t)size * sizeof(int));
  if (parts == NULL) return MPI_ERR_NO_MEM;
  int *offsets = parts + size;
  int offset = 0;
  for (int rank = 0; rank < size; rank++) {
    parts[rank] = (int)counts[rank];
    offsets[rank] = offset;
    offset += parts[rank];
  }
  int code = MPI_Allgatherv(
      MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, data, parts, offsets, datatype, comm);
  free(parts);
  return code;
}

int cmpi_allgatherv(
    cmpi_comm comm, void *data, const int64_t *counts, cmpi_type type, int64_t chunk) {
  MPI_Comm mpi_comm = cmpi_unwrap(comm);
  int size = 0;
  CMPI_TRY(MPI_Comm_size(mpi_comm, &size));
  int64_t total = 0;
  for (int rank = 0; rank < size; rank++) total += counts[rank];
  if (total <= chunk && total <= INT_MAX) {
    return allgatherv_at_once(mpi_comm, size, data, counts, cmpi_datatype(type));
  }
  char *block = data;
  for (int owner = 0; owner < size; owner++) {
    CMPI_TRY(cmpi_bcast(comm, block, counts[owner], type, owner, chunk, false));
    block += (size_t)counts[owner] * cmpi_width(type);
  }
  return MPI_SUCCESS;
}

int cmpi_gatherv(
    cmpi_comm comm, const void *own, void *all, const int64_t *counts, cmpi_type type, int root,
    int64_t chunk) {
  MPI_Comm mpi_comm = cmpi_unwrap(comm);
  int rank = 0, size = 0;
  CMPI_TRY(MPI_Comm_rank(mpi_comm, &rank));
  CMPI_TRY(MPI_Comm_size(mpi_comm, &size));
  if (rank != root) {
    return cmpi_send(comm, own, counts[rank], type, root, CMPI_RESERVED_TAG, chunk);
  }
  char *block = all;
  for (int owner = 0; owner < size; owner++) {
    size_t bytes = (size_t)counts[owner] * cmpi_width(type);
    if (owner != rank) {
      CMPI_TRY(cmpi_recv(
          comm, block, counts[owner], type, owner, CMPI_RESERVED_TAG, chunk, false));
    } else if (bytes > 0) {
      memmove(block, own, bytes);
    }
    block += bytes;
  }
  return MPI_SUCCESS;
}
