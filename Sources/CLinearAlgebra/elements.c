#include <math.h>

#include "CLinearAlgebra.h"

// Compiled for several x86-64 levels; results are the same on all of them.
#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define BLOCK 32
#define LANES 8

#define ROOT_s sqrtf
#define ROOT_d sqrt

#define DEFINE(p, T)                                                                               \
  static void mirror_##p(size_t n, T *a) {                                                         \
    for (size_t jb = 0; jb < n; jb += BLOCK)                                                       \
      for (size_t ib = jb; ib < n; ib += BLOCK)                                                    \
        for (size_t j = jb; j < n && j < jb + BLOCK; j++)                                          \
          for (size_t i = ib > j ? ib : j + 1; i < n && i < ib + BLOCK; i++)                       \
            a[i * n + j] = a[j * n + i];                                                           \
  }                                                                                                \
  CLONES static size_t nonfinite_##p(size_t count, const T *a, size_t *first) {                    \
    /* x - x is 0 for finite numbers alone, and a sum of zeros stays 0. */                         \
    T lanes[LANES] = {0};                                                                          \
    size_t i = 0;                                                                                  \
    for (; i + LANES <= count; i += LANES)                                                         \
      for (int l = 0; l < LANES; l++) lanes[l] += a[i + l] - a[i + l];                             \
    T sum = 0;                                                                                     \
    for (int l = 0; l < LANES; l++) sum += lanes[l];                                               \
    for (; i < count; i++) sum += a[i] - a[i];                                                     \
    if (sum == 0) return 0;                                                                        \
    size_t found = 0;                                                                              \
    for (i = 0; i < count; i++)                                                                    \
      if (!isfinite(a[i]) && found++ == 0) *first = i;                                             \
    return found;                                                                                  \
  }                                                                                                \
  CLONES static double largest_##p(size_t count, const T *a) {                                     \
    T lanes[LANES] = {0};                                                                          \
    size_t i = 0;                                                                                  \
    for (; i + LANES <= count; i += LANES)                                                         \
      for (int l = 0; l < LANES; l++) {                                                            \
        T x = a[i + l] < 0 ? -a[i + l] : a[i + l];                                                 \
        lanes[l] = x > lanes[l] ? x : lanes[l];                                                    \
      }                                                                                            \
    for (; i < count; i++) {                                                                       \
      T x = a[i] < 0 ? -a[i] : a[i];                                                               \
      lanes[0] = x > lanes[0] ? x : lanes[0];                                                      \
    }                                                                                              \
    for (int l = 1; l < LANES; l++) lanes[0] = lanes[l] > lanes[0] ? lanes[l] : lanes[0];          \
    return lanes[0];                                                                               \
  }                                                                                                \
  CLONES static void scale_rows_##p(size_t rows, size_t columns, const double *factors, T *a) {    \
    for (size_t i = 0; i < rows; i++, a += columns) {                                              \
      const double factor = factors[i];                                                            \
      for (size_t j = 0; j < columns; j++) a[j] = (T)(factor * a[j]);                              \
    }                                                                                              \
  }                                                                                                \
  CLONES static void row_dots_##p(size_t rows, size_t columns, const T *a, const T *b,             \
                                  double *sums) {                                                  \
    for (size_t i = 0; i < rows; i++, a += columns, b += columns) {                                \
      double lanes[LANES] = {0};                                                                   \
      size_t j = 0;                                                                                \
      for (; j + LANES <= columns; j += LANES)                                                     \
        for (int l = 0; l < LANES; l++) lanes[l] += (double)a[j + l] * (double)b[j + l];           \
      for (; j < columns; j++) lanes[0] += (double)a[j] * (double)b[j];                            \
      double sum = 0;                                                                              \
      for (int l = 0; l < LANES; l++) sum += lanes[l];                                             \
      sums[i] = sum;                                                                               \
    }                                                                                              \
  }                                                                                                \
  CLONES static void add_scaled_##p(size_t count, double factor, const T *a, T *b) {               \
    for (size_t i = 0; i < count; i++) b[i] = (T)(b[i] + factor * a[i]);                           \
  }                                                                                                \
  CLONES static void adam_##p(size_t count, double size, double root, const T *g, T *m, T *v,      \
                              T *x) {                                                              \
    for (size_t i = 0; i < count; i++) {                                                           \
      m[i] = (T)(m[i] + (T)0.1 * (g[i] - m[i]));                                                   \
      v[i] = (T)((T)0.999 * v[i] + (T)0.001 * g[i] * g[i]);                                        \
      x[i] -= (T)size * m[i] / (ROOT_##p(v[i]) / (T)root + (T)1e-8);                               \
    }                                                                                              \
  }
DEFINE(s, float)
DEFINE(d, double)

#define CALL(type, name, ...) (type == 's' ? name##_s(__VA_ARGS__) : name##_d(__VA_ARGS__))

void cla_mirror(char type, int n, void *a) { CALL(type, mirror, (size_t)n, a); }

size_t cla_nonfinite(char type, size_t count, const void *a, size_t *first) {
  return CALL(type, nonfinite, count, a, first);
}

double cla_largest(char type, size_t count, const void *a) {
  return CALL(type, largest, count, a);
}

void cla_scale_rows(char type, size_t rows, size_t columns, const double *factors, void *a) {
  CALL(type, scale_rows, rows, columns, factors, a);
}

void cla_row_dots(char type, size_t rows, size_t columns, const void *a, const void *b,
                  double *sums) {
  CALL(type, row_dots, rows, columns, a, b, sums);
}

void cla_add_scaled(char type, size_t count, double factor, const void *a, void *b) {
  CALL(type, add_scaled, count, factor, a, b);
}

void cla_adam(char type, size_t count, double size, double root, const void *gradient, void *mean,
              void *square, void *x) {
  CALL(type, adam, count, size, root, gradient, mean, square, x);
}

CLONES void cla_add_rows(size_t rows, size_t columns, const double *factors, const double *a,
                         double *b) {
  for (size_t i = 0; i < rows; i++, a += columns, b += columns) {
    const double factor = factors[i];
    for (size_t j = 0; j < columns; j++) b[j] += factor * a[j];
  }
}

CLONES void cla_add_masked(size_t count, double factor, double cut, const double *a,
                           const double *b, double *c) {
  for (size_t i = 0; i < count; i++) {
    const double sum = factor * (a[i] + b[i]);
    c[i] += fabs(a[i]) >= cut ? sum : 0;
  }
}

CLONES void cla_narrow(size_t count, double factor, const double *a, float *b) {
  for (size_t i = 0; i < count; i++) b[i] = (float)(factor * a[i]);
}

CLONES void cla_widen(size_t count, const float *a, double *b) {
  for (size_t i = 0; i < count; i++) b[i] = a[i];
}

CLONES void cla_add_widened(size_t count, double factor, const float *a, double *b) {
  for (size_t i = 0; i < count; i++) b[i] += factor * a[i];
}
