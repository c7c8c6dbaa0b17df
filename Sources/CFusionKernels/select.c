#include <string.h>

#include "CFusionKernels.h"
#include "bits.h"

// Values at a time; how few are counted one by one; how many patterns are looked for before that.
enum { RUN = 512, FEW = 24, KINDS = 3 };

// Counts of one value; `offset` wraps for values below the window.
CK_INLINE void ck_count_one(uint64_t pattern, uint64_t low, unsigned shift, uint64_t bins, int64_t *counts) {
  uint64_t bin = (pattern - low) >> shift;
  if (pattern >= low && bin < bins) counts[bin]++;
}

// The first place that is flagged, at or after `from`; `n` where there is none. n is a multiple of 8.
CK_INLINE size_t ck_next_flag(const uint8_t *flags, size_t from, size_t n) {
  for (size_t i = from & ~(size_t)7; i < n; i += 8) {
    uint64_t word;
    memcpy(&word, flags + i, 8);
    if (i < from) word &= ~0ull << 8 * (from - i);
    if (word) return i + (size_t)__builtin_ctzll(word) / 8;
  }
  return n;
}

// First finds which values are in the window, usually a narrow one, many at a time. Differences of halves
// have few patterns: while many values are left, all that are equal to one of them are counted at once.
CK_CLONES void ck_count_f32(const float *x, size_t n, uint64_t low, unsigned shift, size_t bins,
                            int64_t *counts, int64_t *below) {
  const uint64_t width = (uint64_t)bins << shift;
  const uint32_t low32 = (uint32_t)low;
  const uint32_t width32 = low + width > 0xFFFFFFFFull ? 0xFFFFFFFFu - low32 : (uint32_t)width;
  uint8_t inside[RUN];
  memset(inside, 0, sizeof inside);
  for (size_t start = 0; start < n; start += RUN) {
    const size_t run = n - start < RUN ? n - start : RUN;
    const float *values = x + start;
    uint32_t smaller = 0, left = 0;
    for (size_t i = 0; i < run; i++) {
      const uint32_t pattern = ck_bits_f32(values[i]) & 0x7FFFFFFFu;
      const uint32_t is_inside = (pattern - low32) < width32;
      smaller += pattern < low32;
      left += is_inside;
      inside[i] = (uint8_t)is_inside;
    }
    for (size_t i = run; i < RUN; i++) inside[i] = 0;
    *below += smaller;
    size_t first = 0;
    for (int kinds = 0; kinds < KINDS && left > FEW; kinds++) {
      first = ck_next_flag(inside, first, RUN);
      const uint32_t kind = ck_bits_f32(values[first]) & 0x7FFFFFFFu;
      uint32_t same = 0;
      for (size_t i = 0; i < run; i++) {
        const uint32_t is_same = (ck_bits_f32(values[i]) & 0x7FFFFFFFu) == kind;
        same += is_same;
        inside[i] &= (uint8_t)(is_same ^ 1);
      }
      counts[(kind - low) >> shift] += same;
      left -= same;
      if (same < FEW) break;
    }
    if (left > run / 4) {
      for (size_t i = 0; i < run; i++) {
        if (inside[i]) ck_count_one(ck_bits_f32(values[i]) & 0x7FFFFFFFu, low, shift, bins, counts);
      }
      continue;
    }
    for (; left > 0; left--, first++) {
      first = ck_next_flag(inside, first, RUN);
      ck_count_one(ck_bits_f32(values[first]) & 0x7FFFFFFFu, low, shift, bins, counts);
    }
  }
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
