#include <float.h>
#include <math.h>
#include <string.h>

#include "CLinearAlgebra.h"

// Leading eigenpairs of a symmetric tridiagonal matrix, several at a time: the recurrences are
// chains of divisions, and a processor divides several numbers in the time of one.
//
// Compiled for several x86-64 levels; results are the same on all of them.
#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

typedef double lanes __attribute__((vector_size(32)));
typedef long long masks __attribute__((vector_size(32)));
#define LANES 4
#define GROUPS 4
#define WIDTH (LANES * GROUPS)

// a where the mask is set, else b.
#define CHOOSE(mask, a, b) ((lanes)(((mask) & (masks)(a)) | (~(mask) & (masks)(b))))
#define MAGNITUDE(a) CHOOSE((a) < 0, -(a), (a))
// A pivot that divides without leaving the range of numbers.
#define SMALL 0x1p-960
#define GUARDED(pivot) \
  CHOOSE(((pivot) < SMALL) & ((pivot) > -SMALL), ((lanes){SMALL, SMALL, SMALL, SMALL}), (pivot))

// How many eigenvalues of T are below each of WIDTH numbers: as many as there are negative pivots
// in L D Lᵀ = T - x (Sylvester). `squares` are those of the off-diagonal, none of them 0, so that
// an infinite pivot is followed by a good one and there is no NaN.
static inline __attribute__((always_inline)) void count_below(int n, const double *d, const double *squares, const lanes *x,
                        masks *counts) {
  lanes pivots[GROUPS];
  for (int g = 0; g < GROUPS; g++) {
    pivots[g] = d[0] - x[g];
    counts[g] = -(pivots[g] < 0);
  }
  for (int i = 1; i < n; i++)
    for (int g = 0; g < GROUPS; g++) {
      pivots[g] = (d[i] - x[g]) - squares[i - 1] / pivots[g];
      counts[g] -= pivots[g] < 0;
    }
}

CLONES void cla_bisect(int n, const double *d, const double *e, int count, double *values,
                       double *work) {
  double bound = 0;
  for (int i = 0; i < n; i++) {
    const double before = i > 0 ? fabs(e[i - 1]) : 0, after = i + 1 < n ? fabs(e[i]) : 0;
    const double reach = fabs(d[i]) + before + after;
    if (reach > bound) bound = reach;
    if (i + 1 < n) work[i] = e[i] * e[i] > DBL_MIN ? e[i] * e[i] : DBL_MIN;
  }
  for (int first = 0; first < count; first += WIDTH) {
    lanes low[GROUPS], high[GROUPS];
    masks most[GROUPS];
    for (int g = 0; g < GROUPS; g++)
      for (int l = 0; l < LANES; l++) {
        const int index = first + g * LANES + l;
        low[g][l] = -bound;
        high[g][l] = bound;
        // Eigenvalue `index`, from above, is at least x where no more than these are below x.
        most[g][l] = n - 1 - (index < count ? index : count - 1);
      }
    // Halved until the interval is a unit in the last place of the matrix.
    for (int step = 0; step < 54; step++) {
      lanes middle[GROUPS];
      masks counts[GROUPS];
      for (int g = 0; g < GROUPS; g++) middle[g] = 0.5 * (low[g] + high[g]);
      count_below(n, d, work, middle, counts);
      for (int g = 0; g < GROUPS; g++) {
        const masks isBelow = counts[g] <= most[g];
        low[g] = CHOOSE(isBelow, middle[g], low[g]);
        high[g] = CHOOSE(isBelow, high[g], middle[g]);
      }
    }
    for (int g = 0; g < GROUPS; g++)
      for (int l = 0; l < LANES; l++)
        if (first + g * LANES + l < count)
          values[first + g * LANES + l] = 0.5 * (low[g][l] + high[g][l]);
  }
}

CLONES void cla_twisted(int n, const double *d, const double *e, int count, const double *values,
                        double *z, double *work) {
  lanes *pivots = (lanes *)work, *down = pivots + n, *up = down + n, *vector = up + n;
  for (int first = 0; first < count; first += LANES) {
    lanes x;
    for (int l = 0; l < LANES; l++) x[l] = values[first + l < count ? first + l : count - 1];
    // T - x = L D Lᵀ from above, U D Uᵀ from below; the two meet where what is left over is least.
    for (int i = 0; i < n; i++) {
      const lanes above = i > 0 ? (d[i] - x) - e[i - 1] * down[i - 1] : d[i] - x;
      pivots[i] = GUARDED(above);
      if (i + 1 < n) down[i] = e[i] / pivots[i];
    }
    lanes pivot = d[n - 1] - x;
    pivot = GUARDED(pivot);
    lanes least = MAGNITUDE(pivots[n - 1]);
    masks twist = {n - 1, n - 1, n - 1, n - 1};
    for (int i = n - 2; i >= 0; i--) {
      up[i] = e[i] / pivot;
      pivot = (d[i] - x) - e[i] * up[i];
      pivot = GUARDED(pivot);
      const lanes gap = pivots[i] + pivot - (d[i] - x);
      const lanes rest = MAGNITUDE(gap);
      const masks isLess = rest < least;
      least = CHOOSE(isLess, rest, least);
      twist = (isLess & i) | (~isLess & twist);
    }
    const lanes one = {1, 1, 1, 1}, zero = {0};
    lanes next = zero;
    for (int i = n - 1; i >= 0; i--) {
      const masks isTwist = twist == i;
      const lanes below = i + 1 < n ? -down[i] * next : next;
      vector[i] = next = CHOOSE(isTwist, one, CHOOSE(twist > i, below, zero));
    }
    next = vector[0];
    lanes squares = next * next;
    for (int i = 1; i < n; i++) {
      const lanes above = -up[i - 1] * next;
      vector[i] = next = CHOOSE(twist < i, above, vector[i]);
      squares += next * next;
    }
    for (int l = 0; l < LANES && first + l < count; l++) {
      const double scale = 1 / sqrt(squares[l]);
      double *row = z + (size_t)(first + l) * n;
      for (int i = 0; i < n; i++) row[i] = scale * vector[i][l];
    }
  }
}

static inline __attribute__((always_inline)) double dot(int n, const double *a, const double *b) {
  double sums[WIDTH] = {0}, sum = 0;
  int i = 0;
  for (; i + WIDTH <= n; i += WIDTH)
    for (int l = 0; l < WIDTH; l++) sums[l] += a[i + l] * b[i + l];
  for (; i < n; i++) sum += a[i] * b[i];
  for (int l = 0; l < WIDTH; l++) sum += sums[l];
  return sum;
}

CLONES double cla_tridiagonal_residual(int n, const double *d, const double *e, int count,
                                       const double *values, const double *z) {
  double most = 0;
  for (int j = 0; j < count; j++, z += n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double r = (d[i] - values[j]) * z[i];
      if (i > 0) r += e[i - 1] * z[i - 1];
      if (i + 1 < n) r += e[i] * z[i + 1];
      sum += r * r;
    }
    // A NaN stays.
    if (!(sum <= most)) most = sum;
  }
  return sqrt(most);
}

CLONES int cla_separate(int n, int count, const double *values, double gap, size_t limit,
                        double *z) {
  size_t pairs = 0;
  for (int j = 1; j < count; j++) {
    double *row = z + (size_t)j * n;
    const size_t before = pairs;
    for (int i = j - 1; i >= 0 && values[i] - values[j] < gap; i--) {
      if (++pairs > limit) return -1;
      const double *other = z + (size_t)i * n, product = dot(n, row, other);
      for (int k = 0; k < n; k++) row[k] -= product * other[k];
    }
    if (pairs == before) continue;
    const double square = dot(n, row, row);
    if (!(square > 0.5)) return -1;
    const double scale = 1 / sqrt(square);
    for (int k = 0; k < n; k++) row[k] *= scale;
  }
  return 0;
}
