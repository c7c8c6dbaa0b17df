#include "internal.h"

/// Hands a new communicator out, with errors returned to the caller from now on.
static int hand_out(MPI_Comm created, cmpi_comm *out) {
  CMPI_TRY(MPI_Comm_set_errhandler(created, MPI_ERRORS_RETURN));
  *out = cmpi_wrap(created);
  return MPI_SUCCESS;
}

int cmpi_world_dup(cmpi_comm *out) { return cmpi_comm_dup(cmpi_wrap(MPI_COMM_WORLD), out); }

int cmpi_comm_dup(cmpi_comm comm, cmpi_comm *out) {
  MPI_Comm created = MPI_COMM_NULL;
  CMPI_TRY(MPI_Comm_dup(cmpi_unwrap(comm), &created));
  return hand_out(created, out);
}

int cmpi_comm_split(cmpi_comm comm, int color, int key, cmpi_comm *out, bool *is_member) {
  MPI_Comm created = MPI_COMM_NULL;
  int mpi_color = color < 0 ? MPI_UNDEFINED : color;
  CMPI_TRY(MPI_Comm_split(cmpi_unwrap(comm), mpi_color, key, &created));
  *is_member = created != MPI_COMM_NULL;
  return *is_member ? hand_out(created, out) : MPI_SUCCESS;
}

int cmpi_comm_split_shared(cmpi_comm comm, int key, cmpi_comm *out) {
  MPI_Comm created = MPI_COMM_NULL;
  CMPI_TRY(MPI_Comm_split_type(
      cmpi_unwrap(comm), MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, &created));
  return hand_out(created, out);
}

int cmpi_comm_free(cmpi_comm comm) {
  MPI_Comm freed = cmpi_unwrap(comm);
  return MPI_Comm_free(&freed);
}

int cmpi_comm_rank(cmpi_comm comm, int *rank) { return MPI_Comm_rank(cmpi_unwrap(comm), rank); }
int cmpi_comm_size(cmpi_comm comm, int *size) { return MPI_Comm_size(cmpi_unwrap(comm), size); }
