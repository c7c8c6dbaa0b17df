#include "CFusionKernels.h"
#include "clones.h"

// All bits of the exponent are set. Counted in runs short enough for a narrow counter, which
// leaves more lanes to a vector.
#define COUNT(WORD, MASK)                                           \
  {                                                                 \
    const WORD *x = from;                                           \
    for (size_t start = 0; start < n; start += 1 << 14) {           \
      const size_t end = n - start < 1 << 14 ? n : start + (1 << 14); \
      uint16_t run = 0;                                             \
      for (size_t i = start; i < end; i++) run += (x[i] & (WORD)(MASK)) == (WORD)(MASK); \
      total += run;                                                 \
    }                                                               \
    return total;                                                   \
  }

CK_CLONES int64_t ck_count_nonfinite(ck_dtype type, const void *from, size_t n) {
  int64_t total = 0;
  switch (type) {
    case CK_F64: COUNT(uint64_t, 0x7FF0000000000000u)
    case CK_F32: COUNT(uint32_t, 0x7F800000u)
    case CK_F16: COUNT(uint16_t, 0x7C00u)
    case CK_BF16: COUNT(uint16_t, 0x7F80u)
    case CK_F8_E4M3: COUNT(uint8_t, 0x7Fu)  // no infinities: NaN is all ones
    case CK_F8_E5M2: COUNT(uint8_t, 0x7Cu)
    default: return 0;
  }
}
