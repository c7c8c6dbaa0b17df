#include <stdlib.h>

#include "internal.h"

int cmpi_send(
    cmpi_comm comm, const void *data, int64_t count, cmpi_type type, int destination, int tag,
    int64_t chunk) {
  const char *next = data;
  int64_t left = count;
  do {
    int part = cmpi_part(left, chunk);
    CMPI_TRY(MPI_Send(next, part, cmpi_datatype(type), destination, tag, cmpi_unwrap(comm)));
    left -= part;
    next += (size_t)part * cmpi_width(type);
  } while (left > 0);
  return MPI_SUCCESS;
}

/// Receives one message of exactly `count` elements.
static int receive_part(
    MPI_Comm comm, void *data, int count, MPI_Datatype datatype, int source, int tag,
    bool sleeping) {
  MPI_Status status;
  if (sleeping) {
    MPI_Request request = MPI_REQUEST_NULL;
    CMPI_TRY(MPI_Irecv(data, count, datatype, source, tag, comm, &request));
    CMPI_TRY(cmpi_wait_sleeping(&request, &status));
  } else {
    CMPI_TRY(MPI_Recv(data, count, datatype, source, tag, comm, &status));
  }
  int received = 0;
  CMPI_TRY(MPI_Get_count(&status, datatype, &received));
  return received == count ? MPI_SUCCESS : MPI_ERR_COUNT;
}

int cmpi_recv(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, int source, int tag, int64_t chunk,
    bool sleeping) {
  char *next = data;
  int64_t left = count;
  do {
    int part = cmpi_part(left, chunk);
    CMPI_TRY(receive_part(
        cmpi_unwrap(comm), next, part, cmpi_datatype(type), source, tag, sleeping));
    left -= part;
    next += (size_t)part * cmpi_width(type);
  } while (left > 0);
  return MPI_SUCCESS;
}

static int64_t parts_of(int64_t count, int64_t chunk) {
  int64_t parts = 0;
  for (int64_t left = count; left > 0; left -= cmpi_part(left, chunk)) parts++;
  return parts;
}

/// One step of the exchange: everything for `to` leaves, everything from `from` arrives.
static int exchange(
    MPI_Comm comm, const char *sent, int64_t sent_count, int to, char *received,
    int64_t received_count, int from, cmpi_type type, int64_t chunk) {
  int64_t capacity = parts_of(sent_count, chunk) + parts_of(received_count, chunk);
  if (capacity == 0) return MPI_SUCCESS;
  if (capacity > INT_MAX) return MPI_ERR_COUNT;
  MPI_Request *requests = malloc((size_t)capacity * sizeof(MPI_Request));
  if (requests == NULL) return MPI_ERR_NO_MEM;
  MPI_Datatype datatype = cmpi_datatype(type);
  size_t width = cmpi_width(type);
  int used = 0, code = MPI_SUCCESS;
  for (int64_t left = received_count; left > 0 && code == MPI_SUCCESS;) {
    int part = cmpi_part(left, chunk);
    code = MPI_Irecv(received, part, datatype, from, CMPI_RESERVED_TAG, comm, &requests[used++]);
    received += (size_t)part * width;
    left -= part;
  }
  for (int64_t left = sent_count; left > 0 && code == MPI_SUCCESS;) {
    int part = cmpi_part(left, chunk);
    code = MPI_Isend(sent, part, datatype, to, CMPI_RESERVED_TAG, comm, &requests[used++]);
    sent += (size_t)part * width;
    left -= part;
  }
  if (code == MPI_SUCCESS) code = MPI_Waitall(used, requests, MPI_STATUSES_IGNORE);
  free(requests);
  return code;
}

static size_t bytes_before(const int64_t *counts, int rank, cmpi_type type) {
  size_t elements = 0;
  for (int other = 0; other < rank; other++) elements += (size_t)counts[other];
  return elements * cmpi_width(type);
}

int cmpi_alltoallv(
    cmpi_comm comm, const void *sent, const int64_t *sent_counts, void *received,
    const int64_t *received_counts, cmpi_type type, int64_t chunk) {
  MPI_Comm mpi_comm = cmpi_unwrap(comm);
  int rank = 0, size = 0;
  CMPI_TRY(MPI_Comm_rank(mpi_comm, &rank));
  CMPI_TRY(MPI_Comm_size(mpi_comm, &size));
  for (int step = 0; step < size; step++) {
    int to = (rank + step) % size;
    int from = (rank - step + size) % size;
    const char *out = (const char *)sent + bytes_before(sent_counts, to, type);
    char *in = (char *)received + bytes_before(received_counts, from, type);
    CMPI_TRY(exchange(
        mpi_comm, out, sent_counts[to], to, in, received_counts[from], from, type, chunk));
  }
  return MPI_SUCCESS;
}
