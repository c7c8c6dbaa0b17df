#include "CFusionKernels.h"
#include "clones.h"

CK_CLONES void ck_delta_f32(const float *x, const float *base, float *delta, size_t n) {
  for (size_t i = 0; i < n; i++) delta[i] = x[i] - base[i];
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
  for (size_t i = 0; i < n; i++) values[i] /= divisor;
}
CK_CLONES void ck_scale_onto_f32(const float *base, double scale, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = (double)base[i] + scale * values[i];
}
CK_CLONES void ck_scale_onto_f64(const double *base, double scale, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = base[i] + scale * values[i];
}
