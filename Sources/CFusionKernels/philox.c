#include <string.h>

#include "CFusionKernels.h"
#include "clones.h"

enum { LANES = 16, GROUP = 4 * LANES };

// One round of Philox4x32 on zero-extended words: c0 and c2 are multiplied, the halves of the
// products and the keys are mixed into the others.
#define ROUND                                       \
  {                                                 \
    uint64_t a = (c0 & 0xFFFFFFFFu) * 0xD2511F53u;  \
    uint64_t b = (c2 & 0xFFFFFFFFu) * 0xCD9E8D57u;  \
    c0 = (b >> 32) ^ c1 ^ k0;                       \
    c2 = (a >> 32) ^ c3 ^ k1;                       \
    c1 = b & 0xFFFFFFFFu;                           \
    c3 = a & 0xFFFFFFFFu;                           \
    k0 = (k0 + 0x9E3779B9u) & 0xFFFFFFFFu;          \
    k1 = (k1 + 0xBB67AE85u) & 0xFFFFFFFFu;          \
  }

#define PHILOX ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND

void ck_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint64_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint64_t k0 = key[0], k1 = key[1];
  PHILOX
  out[0] = (uint32_t)c0;
  out[1] = (uint32_t)c1;
  out[2] = (uint32_t)c2;
  out[3] = (uint32_t)c3;
}

// The draws of GROUP elements: LANES counters, whose first words come first, then the second ones.
CK_INLINE void ck_random_group(uint64_t key, uint64_t stream, uint64_t group, uint32_t *out) {
  uint64_t first = group * LANES;
  for (uint32_t lane = 0; lane < LANES; lane++) {
    uint64_t c0 = (uint32_t)first + lane, c1 = first >> 32;
    uint64_t c2 = (uint32_t)stream, c3 = stream >> 32;
    uint64_t k0 = (uint32_t)key, k1 = key >> 32;
    PHILOX
    out[lane] = (uint32_t)c0;
    out[LANES + lane] = (uint32_t)c1;
    out[2 * LANES + lane] = (uint32_t)c2;
    out[3 * LANES + lane] = (uint32_t)c3;
  }
}

CK_CLONES void ck_random_u32(uint64_t key, uint64_t stream, uint64_t first, uint32_t *out, size_t n) {
  uint32_t draws[GROUP];
  size_t done = 0;
  while (done < n) {
    uint64_t element = first + done;
    size_t skip = element % GROUP;
    size_t count = GROUP - skip < n - done ? GROUP - skip : n - done;
    if (count == GROUP) {
      ck_random_group(key, stream, element / GROUP, out + done);
    } else {
      ck_random_group(key, stream, element / GROUP, draws);
      memcpy(out + done, draws + skip, count * sizeof(uint32_t));
    }
    done += count;
  }
}

#define DROP(REAL)                                                        \
  {                                                                       \
    if (limit > UINT32_MAX) {                                             \
      memset(x, 0, n * sizeof(REAL));                                     \
      return;                                                             \
    }                                                                     \
    uint32_t least = (uint32_t)limit;                                     \
    for (size_t i = 0; i < n; i++) x[i] = draws[i] < least ? 0 : x[i] / divisor; \
  }

CK_CLONES void ck_drop_f32(const uint32_t *draws, uint64_t limit, float divisor, float *x, size_t n) DROP(float)
CK_CLONES void ck_drop_f64(const uint32_t *draws, uint64_t limit, double divisor, double *x, size_t n) DROP(double)
