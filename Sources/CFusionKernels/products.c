#include "CFusionKernels.h"
#include "clones.h"

enum { RUN = 512 };

// The sum over the rank is taken in its order, whatever part of a row is asked for.
CK_CLONES void ck_add_product_f64(const double *left, const double *right, size_t rank, size_t step, double scale,
                                  double *values, size_t n) {
  double sum[RUN];
  for (size_t from = 0; from < n; from += RUN) {
    size_t run = n - from < RUN ? n - from : RUN;
    for (size_t i = 0; i < run; i++) sum[i] = 0;
    for (size_t k = 0; k < rank; k++) {
      const double *row = right + k * step + from;
      double factor = left[k];
      for (size_t i = 0; i < run; i++) sum[i] += factor * row[i];
    }
    for (size_t i = 0; i < run; i++) values[from + i] += scale * sum[i];
  }
}

CK_CLONES void ck_multiply_blocks_f32(const float *scales, size_t block, size_t first, float *values, size_t n) {
  size_t i = 0;
  while (i < n) {
    size_t index = (first + i) / block;
    size_t end = (index + 1) * block - first;
    end = end < n ? end : n;
    float scale = scales[index];
    for (; i < end; i++) values[i] *= scale;
  }
}
