// Sums over all ranks of the world as MPI alone makes them, between two readings of the clock.
#ifndef BARE_REDUCTIONS_H
#define BARE_REDUCTIONS_H

#include <stdint.h>

/// Sums `count` floats of every rank into `sums` on all ranks, `piece` of them in each MPI_Allreduce.
///
/// @return the seconds that it took on the slowest rank; negative when MPI reports an error.
double bare_allreduce(const float *values, float *sums, int64_t count, int64_t piece);

/// Sums `count` floats of every rank, `piece` of them in each MPI_Reduce_scatter. Of each piece a
/// rank gets an equal part (the first ranks one element more), in `sums`, one part after the other.
///
/// @return the seconds that it took on the slowest rank; negative when MPI reports an error.
double bare_reduce_scatter(const float *values, float *sums, int64_t count, int64_t piece);

#endif
