#include "CFusionKernels.h"
#include "clones.h"

enum { LANES = 16 };

CK_INLINE double ck_fold(double *lanes) {
  for (size_t width = LANES / 2; width > 0; width /= 2)
    for (size_t j = 0; j < width; j++) lanes[j] += lanes[j + width];
  return lanes[0];
}

#define REAL float
#define NAME(x) x##_f32
#include "reduce_body.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "reduce_body.h"
#undef REAL
#undef NAME
