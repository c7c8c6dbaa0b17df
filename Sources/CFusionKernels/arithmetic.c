#include <math.h>
#include <string.h>

#include "CFusionKernels.h"
#include "bits.h"

#define DELTA(TYPE, PRECISION)                                                                          \
  for (size_t i = 0; i < n; i++) delta[i] = ck_to_precision(PRECISION, ck_stored_f32(TYPE, x, i) - base[i])
#define DELTA_TYPED(TYPE)                                         \
  switch (precision) {                                            \
    case CK_BF16: DELTA(TYPE, CK_BF16); break;                    \
    case CK_F16: DELTA(TYPE, CK_F16); break;                      \
    default: DELTA(TYPE, CK_F32);                                 \
  }

CK_CLONES void ck_delta_f32(ck_dtype type, const void *x, const float *base, ck_dtype precision, float *delta,
                            size_t n) {
  if (!ck_is_direct(type)) {
    ck_load_f32(type, x, delta, n);
    x = delta;
  }
  switch (type) {
    case CK_BF16: DELTA_TYPED(CK_BF16) break;
    case CK_F16: DELTA_TYPED(CK_F16) break;
    default: DELTA_TYPED(CK_F32)
  }
}
CK_CLONES void ck_delta_f64(const double *x, const double *base, double *delta, size_t n) {
  for (size_t i = 0; i < n; i++) delta[i] = x[i] - base[i];
}
CK_CLONES void ck_add_f32(const float *x, double *sum, size_t n) {
  for (size_t i = 0; i < n; i++) sum[i] += (double)x[i];
}
CK_CLONES void ck_add_f64(const double *x, double *sum, size_t n) {
  for (size_t i = 0; i < n; i++) sum[i] += x[i];
}
CK_CLONES void ck_axpy_f32(double weight, const float *x, double *sum, size_t n) {
  for (size_t i = 0; i < n; i++) sum[i] += weight * (double)x[i];
}
CK_CLONES void ck_axpy_f64(double weight, const double *x, double *sum, size_t n) {
  for (size_t i = 0; i < n; i++) sum[i] += weight * x[i];
}
CK_CLONES void ck_divide_f64(double divisor, double *values, size_t n) {
  int exponent;
  if (divisor == 1) return;
  if (frexp(divisor, &exponent) == 0.5 && exponent > -1000 && exponent < 1000) {
    // The reciprocal of a power of two is exact, and multiplying is faster.
    const double reciprocal = 1 / divisor;
    for (size_t i = 0; i < n; i++) values[i] *= reciprocal;
    return;
  }
  for (size_t i = 0; i < n; i++) values[i] /= divisor;
}
CK_CLONES void ck_scale_onto_f32(const float *base, double scale, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = (double)base[i] + scale * values[i];
}
CK_CLONES void ck_scale_onto_f64(const double *base, double scale, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = base[i] + scale * values[i];
}

#define COPY(WORD)                                                \
  {                                                               \
    for (size_t i = 0; i < n; i++) {                              \
      WORD word;                                                  \
      memcpy(&word, source + i * from_step, sizeof(WORD));        \
      memcpy(target + i * to_step, &word, sizeof(WORD));          \
    }                                                             \
    return;                                                       \
  }

void ck_copy_strided(size_t size, const void *from, size_t from_step, void *to, size_t to_step, size_t n) {
  const char *source = from;
  char *target = to;
  if (from_step == size && to_step == size) {
    memcpy(target, source, n * size);
    return;
  }
  switch (size) {
    case 1: COPY(uint8_t)
    case 2: COPY(uint16_t)
    case 4: COPY(uint32_t)
    case 8: COPY(uint64_t)
    default: return;
  }
}
