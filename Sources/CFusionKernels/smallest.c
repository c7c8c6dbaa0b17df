#include <string.h>

#include "CFusionKernels.h"
#include "bits.h"

// Patterns that order as the values do: zeros alike, NaN last.
CK_INLINE uint64_t ck_order(double value) {
  if (value != value) return UINT64_MAX;
  uint64_t bits = ck_bits_f64(value + 0.0);
  return bits >> 63 ? ~bits : bits | 1ull << 63;
}

#define SMALL 32

void ck_mark_smallest(const double *metric, size_t n, size_t k, uint8_t *marks) {
  memset(marks, 0, n);
  if (k == 0) return;
  if (k >= n) {
    memset(marks, 1, n);
    return;
  }
  if (n <= SMALL) {
    // Each element's rank, counted: groups of neighbours are this small.
    uint64_t patterns[SMALL];
    for (size_t i = 0; i < n; i++) patterns[i] = ck_order(metric[i]);
    for (size_t i = 0; i < n; i++) {
      size_t rank = 0;
      for (size_t j = 0; j < n; j++)
        rank += patterns[j] < patterns[i] || (patterns[j] == patterns[i] && j < i);
      marks[i] = rank < k;
    }
    return;
  }
  // The k-th smallest pattern, found byte by byte from the top.
  uint64_t cut = 0;
  size_t rank = k;
  for (int shift = 56; shift >= 0; shift -= 8) {
    size_t counts[256] = {0};
    uint64_t known = shift == 56 ? 0 : UINT64_MAX << (shift + 8);
    for (size_t i = 0; i < n; i++) {
      uint64_t pattern = ck_order(metric[i]);
      if ((pattern & known) == cut) counts[pattern >> shift & 255]++;
    }
    uint64_t digit = 0;
    while (counts[digit] < rank) rank -= counts[digit++];
    cut |= digit << shift;
  }
  // Of those that equal it, the first `rank`.
  for (size_t i = 0; i < n; i++) {
    uint64_t pattern = ck_order(metric[i]);
    if (pattern < cut) {
      marks[i] = 1;
    } else if (pattern == cut && rank > 0) {
      marks[i] = 1;
      rank--;
    }
  }
}
