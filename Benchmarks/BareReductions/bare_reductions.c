#include "bare_reductions.h"

#include <mpi.h>
#include <stdlib.h>

enum { most_ranks = 1024 };

/// The largest of the ranks' times since `start`; negative where a rank has seen an error.
static double slowest(double start, int error) {
  double seconds = error ? 1e300 : MPI_Wtime() - start, most = 0;
  if (MPI_Allreduce(&seconds, &most, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD)) return -1;
  return most < 1e300 ? most : -1;
}

double bare_allreduce(const float *values, float *sums, int64_t count, int64_t piece) {
  int error = MPI_Barrier(MPI_COMM_WORLD);
  const double start = MPI_Wtime();
  for (int64_t first = 0; first < count && !error; first += piece) {
    const int n = (int)(count - first < piece ? count - first : piece);
    error =
        MPI_Allreduce(values + first, sums + first, n, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
  return slowest(start, error);
}

double bare_reduce_scatter(const float *values, float *sums, int64_t count, int64_t piece) {
  int rank = 0, size = 1, counts[most_ranks];
  int error = MPI_Comm_rank(MPI_COMM_WORLD, &rank) || MPI_Comm_size(MPI_COMM_WORLD, &size) ||
              size > most_ranks || MPI_Barrier(MPI_COMM_WORLD);
  const double start = MPI_Wtime();
  for (int64_t first = 0; first < count && !error; first += piece) {
    const int n = (int)(count - first < piece ? count - first : piece);
    for (int r = 0; r < size; r++) counts[r] = n / size + (r < n % size);
    error =
        MPI_Reduce_scatter(values + first, sums, counts, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    sums += counts[rank];
  }
  return slowest(start, error);
}
