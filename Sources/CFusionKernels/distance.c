#include "CFusionKernels.h"
#include "clones.h"

// Eight sums in turn, so that the order of the additions is the same on every CPU.
CK_CLONES void ck_distance_f64(const double *a, const double *b, size_t n, double *largest, double *squares,
                               double *squares_a, int64_t *differing) {
  double sums[8] = {0}, sums_a[8] = {0}, most = *largest;
  int64_t count = 0;
  for (size_t i = 0; i < n; i++) {
    // The same infinity on both sides, or NaN on both, is no difference.
    const int same = a[i] == b[i] || (a[i] != a[i] && b[i] != b[i]);
    const double d = same ? 0 : a[i] - b[i];
    const double size = d < 0 ? -d : d;
    if (!(size <= most)) most = most != most ? most : size;
    count += !same;
    sums[i % 8] += d * d;
    sums_a[i % 8] += a[i] * a[i];
  }
  *largest = most;
  *differing += count;
  for (int lane = 0; lane < 8; lane++) {
    *squares += sums[lane];
    *squares_a += sums_a[lane];
  }
}
