#include "CFusionKernels.h"
#include "clones.h"

enum { RUN = 512 };

#define REAL float
#define NAME(x) x##_f32
#include "masks_body.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "masks_body.h"
#undef REAL
#undef NAME

CK_CLONES void ck_keep_counted(const float *counts, float least, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = counts[i] >= least ? values[i] : 0;
}
CK_CLONES void ck_keep_below(const double *measure, double limit, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = measure[i] < limit ? values[i] : 0;
}
