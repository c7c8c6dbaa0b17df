#include "CFusionKernels.h"
#include "bits.h"

enum { GROUP = 16 };

// Counts of one value; `offset` wraps for values below the window.
CK_INLINE void ck_count_one(uint64_t pattern, uint64_t low, unsigned shift, uint64_t bins, int64_t *counts) {
  uint64_t bin = (pattern - low) >> shift;
  if (pattern >= low && bin < bins) counts[bin]++;
}

// Whole groups without a value in the window, the usual case of a narrow one, cost two comparisons
// per value.
CK_CLONES void ck_count_f32(const float *x, size_t n, uint64_t low, unsigned shift, size_t bins,
                            int64_t *counts, int64_t *below) {
  uint64_t width = (uint64_t)bins << shift;
  uint64_t end = low + width;
  uint32_t low32 = (uint32_t)low;
  uint32_t width32 = end > 0xFFFFFFFFull ? 0xFFFFFFFFu - low32 : (uint32_t)width;
  uint64_t under = 0;
  size_t i = 0;
  for (; i + GROUP <= n; i += GROUP) {
    uint32_t inside = 0;
    uint32_t smaller = 0;
    for (size_t j = 0; j < GROUP; j++) {
      uint32_t pattern = ck_bits_f32(x[i + j]) & 0x7FFFFFFFu;
      smaller += pattern < low32;
      inside |= (pattern - low32) < width32;
    }
    under += smaller;
    if (inside) {
      for (size_t j = 0; j < GROUP; j++)
        ck_count_one(ck_bits_f32(x[i + j]) & 0x7FFFFFFFu, low, shift, bins, counts);
    }
  }
  for (; i < n; i++) {
    uint32_t pattern = ck_bits_f32(x[i]) & 0x7FFFFFFFu;
    under += pattern < low32;
    ck_count_one(pattern, low, shift, bins, counts);
  }
  *below += (int64_t)under;
}

CK_CLONES void ck_count_f64(const double *x, size_t n, uint64_t low, unsigned shift, size_t bins,
                            int64_t *counts, int64_t *below) {
  uint64_t under = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t pattern = ck_bits_f64(x[i]) & 0x7FFFFFFFFFFFFFFFull;
    under += pattern < low;
    ck_count_one(pattern, low, shift, bins, counts);
  }
  *below += (int64_t)under;
}
