#include "internal.h"

_Static_assert(sizeof(MPI_Request) <= sizeof(intptr_t), "an MPI_Request fits the handle");

static cmpi_request wrap(MPI_Request request) { return (cmpi_request){(intptr_t)request}; }

int cmpi_isend(
    cmpi_comm comm, const void *data, int64_t bytes, int destination, int tag, cmpi_request *out) {
  if (bytes > INT_MAX) return MPI_ERR_COUNT;
  MPI_Request request = MPI_REQUEST_NULL;
  CMPI_TRY(MPI_Isend(
      data, (int)bytes, MPI_BYTE, destination, tag, cmpi_unwrap(comm), &request));
  *out = wrap(request);
  return MPI_SUCCESS;
}

int cmpi_irecv(
    cmpi_comm comm, void *data, int64_t bytes, int source, int tag, cmpi_request *out) {
  if (bytes > INT_MAX) return MPI_ERR_COUNT;
  MPI_Request request = MPI_REQUEST_NULL;
  CMPI_TRY(MPI_Irecv(data, (int)bytes, MPI_BYTE, source, tag, cmpi_unwrap(comm), &request));
  *out = wrap(request);
  return MPI_SUCCESS;
}

int cmpi_ibarrier(cmpi_comm comm, cmpi_request *out) {
  MPI_Request request = MPI_REQUEST_NULL;
  CMPI_TRY(MPI_Ibarrier(cmpi_unwrap(comm), &request));
  *out = wrap(request);
  return MPI_SUCCESS;
}

int cmpi_test(cmpi_request *pending, bool *is_done, int64_t *bytes) {
  MPI_Request request = (MPI_Request)pending->bits;
  MPI_Status status;
  int done = 0, count = 0;
  CMPI_TRY(MPI_Test(&request, &done, &status));
  *pending = wrap(request);
  *is_done = done;
  if (done) CMPI_TRY(MPI_Get_count(&status, MPI_BYTE, &count));
  *bytes = count < 0 ? 0 : count;
  return MPI_SUCCESS;
}

int cmpi_iprobe(cmpi_comm comm, int tag, bool *is_there, int *source, int64_t *bytes) {
  MPI_Status status;
  int there = 0, count = 0;
  CMPI_TRY(MPI_Iprobe(MPI_ANY_SOURCE, tag, cmpi_unwrap(comm), &there, &status));
  *is_there = there;
  if (there) {
    CMPI_TRY(MPI_Get_count(&status, MPI_BYTE, &count));
    *source = status.MPI_SOURCE;
  }
  *bytes = count < 0 ? 0 : count;
  return MPI_SUCCESS;
}
