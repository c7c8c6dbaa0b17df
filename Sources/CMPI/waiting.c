#include <time.h>

#include "internal.h"

static int64_t now_in_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int cmpi_wait_sleeping(MPI_Request *request, MPI_Status *status) {
  // Each sleep is a sixteenth of the time waited so far, within these limits: a short wait is
  // hardly longer than a spinning one, a long wait costs next to no processor time.
  const int64_t shortest = 20 * 1000, longest = 5 * 1000 * 1000;
  const int64_t start = now_in_nanoseconds();
  for (;;) {
    int done = 0;
    CMPI_TRY(MPI_Test(request, &done, status));
    if (done) return MPI_SUCCESS;
    int64_t pause = (now_in_nanoseconds() - start) / 16;
    if (pause < shortest) pause = shortest;
    if (pause > longest) pause = longest;
    const struct timespec duration = {.tv_sec = 0, .tv_nsec = (long)pause};
    nanosleep(&duration, NULL);
  }
}

int cmpi_barrier(cmpi_comm comm) {
  MPI_Request request = MPI_REQUEST_NULL;
  CMPI_TRY(MPI_Ibarrier(cmpi_unwrap(comm), &request));
  return cmpi_wait_sleeping(&request, MPI_STATUS_IGNORE);
}

int cmpi_agree(cmpi_comm comm, int *status, int *rank) {
  struct {
    int status;
    int rank;
  } mine = {*status, *rank}, agreed = mine;
  MPI_Request request = MPI_REQUEST_NULL;
  CMPI_TRY(MPI_Iallreduce(
      &mine, &agreed, 1, MPI_2INT, MPI_MAXLOC, cmpi_unwrap(comm), &request));
  CMPI_TRY(cmpi_wait_sleeping(&request, MPI_STATUS_IGNORE));
  *status = agreed.status;
  *rank = agreed.rank;
  return MPI_SUCCESS;
}
