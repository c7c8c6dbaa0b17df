#include <math.h>
#include <string.h>

#include "combine.h"

// Plain sums of bfloat16 models that become bfloat16, 16 elements at a time, which stay in registers.
//
// Converting is what costs, so nothing is converted. A bfloat16 moved to the right places of a double is
// its value times 2^-896, and a double rounded to the bits in those places is a bfloat16. What is added and
// multiplied between is 2^-896 times what ck_combine_any computes, and is rounded alike as long as no
// result is so small that it has fewer than 53 bits here, or too large for a bfloat16. Runs of elements of
// which that is not certain are left to ck_combine_any.
enum { STEP = 16, RUN = 1024 };

typedef uint32_t words __attribute__((vector_size(32)));
typedef int32_t signed_words __attribute__((vector_size(32)));
typedef int16_t halves __attribute__((vector_size(32)));
typedef uint16_t unsigned_halves __attribute__((vector_size(32)));
typedef uint64_t longs __attribute__((vector_size(32)));
typedef float floats __attribute__((vector_size(32)));
typedef double doubles __attribute__((vector_size(32)));

// Elements 4i, 4i + 1, 4i + 2 and 4i + 3, each four of them.
typedef struct sums { doubles lanes[4]; } sums;

// Magnitudes seen in a run, as bit patterns: of inputs, and of results as upper halves of doubles. Among the
// least, 0 counts as the largest.
typedef struct extremes {
  halves largest;
  unsigned_halves least;
  signed_words largest_result;
  words least_result;
} extremes;

// Places of a bfloat16 in a double, above which its sign was repeated, and the lowest of them.
static const uint64_t places = 0x8FFFE00000000000u;
static const uint64_t unit = (uint64_t)1 << 45;

CK_INLINE void load(const void *from, size_t i, int is_bounded, words *stored, extremes *seen) {
  memcpy(stored, (const uint16_t *)from + i, sizeof *stored);
  const halves magnitude = (halves)(*stored & 0x7FFF7FFFu);
  seen->largest = __builtin_elementwise_max(seen->largest, magnitude);
  if (is_bounded) seen->least = __builtin_elementwise_min(seen->least, (unsigned_halves)(magnitude - 1));
}

// Words with elements in their upper halves, the even and the odd ones, as doubles.
CK_INLINE void widen(const words *even, const words *odd, sums *to) {
  const longs shifted_even = (longs)((signed_words)*even >> 3);
  const longs shifted_odd = (longs)((signed_words)*odd >> 3);
  to->lanes[0] = (doubles)(shifted_even << 32 & places);
  to->lanes[1] = (doubles)(shifted_odd << 32 & places);
  to->lanes[2] = (doubles)(shifted_even & places);
  to->lanes[3] = (doubles)(shifted_odd & places);
}

// Sums rounded to words with elements in their upper halves and 0 below.
CK_INLINE void narrow(const doubles *lower, const doubles *upper, words *to, extremes *seen) {
  longs low = (longs)*lower, high = (longs)*upper;
  low += unit / 2 - 1 + (low / unit & 1);
  high += unit / 2 - 1 + (high / unit & 1);
  const words both = __builtin_shufflevector((words)low, (words)high, 1, 9, 3, 11, 5, 13, 7, 15);
  const words magnitude = both & 0x7FFFFFFFu;
  seen->largest_result = __builtin_elementwise_max(seen->largest_result, (signed_words)magnitude);
  // A 0 has become 0xFFF.
  seen->least_result = __builtin_elementwise_min(seen->least_result, magnitude - 0x1000u);
  *to = (magnitude << 3 & 0x7FFF0000u) | (both & 0x80000000u);
}

CK_INLINE void round_to_bf16(words *x) { *x += 0x7FFFu + (*x >> 16 & 1); }

// A combination, and what its sum is multiplied by, a power of two, or else divided by.
typedef struct plan {
  const ck_combination *combination;
  double scale, divisor;
} plan;

CK_INLINE int is_certain(const extremes *seen, int is_difference, int onto_base) {
  // Finite inputs, whose differences do not overflow.
  const int most = is_difference ? 0x7E80 : 0x7F80;
  // Inputs of at least 2^-60.
  const int least = onto_base ? 0x2180 - 1 : 0;
  for (int i = 0; i < 16; i++) {
    if (seen->largest[i] >= most || seen->least[i] < least) return 0;
  }
  // Results of at least 2^-125, infinite at most.
  for (int i = 0; i < 8; i++) {
    if (seen->largest_result[i] >= 0x0FF02000 || seen->least_result[i] < 0x00200000 - 0x1000) return 0;
  }
  return 1;
}

// Whether elements from..<from+n came to certain results. The flags are constants where this is used.
CK_INLINE int combine(const plan *p, int is_difference, int onto_base, uint16_t *to, size_t from, size_t n) {
  const ck_combination *c = p->combination;
  extremes seen;
  memset(&seen, 0, sizeof seen);
  seen.least = ~seen.least;
  seen.least_result = ~seen.least_result;
  for (size_t i = from; i < from + n; i += STEP) {
    words base, even, odd;
    sums total, wide;
    memset(&total, 0, sizeof total);
    if (is_difference || onto_base) load(c->base, i, onto_base, &base, &seen);
    for (size_t t = 0; t < c->count; t++) {
      load(c->terms[t].values, i, onto_base, &odd, &seen);
      even = odd << 16;
      if (is_difference) {
        even = (words)((floats)even - (floats)(base << 16));
        odd = (words)((floats)(odd & 0xFFFF0000u) - (floats)(base & 0xFFFF0000u));
        round_to_bf16(&even);
        round_to_bf16(&odd);
      }
      widen(&even, &odd, &wide);
      for (int k = 0; k < 4; k++) total.lanes[k] += wide.lanes[k];
    }
    for (int k = 0; k < 4; k++) {
      if (p->divisor == 1) total.lanes[k] *= p->scale;
      else total.lanes[k] /= p->divisor;
    }
    if (onto_base) {
      even = base << 16;
      widen(&even, &base, &wide);
      for (int k = 0; k < 4; k++) total.lanes[k] = wide.lanes[k] + c->factor * total.lanes[k];
    }
    narrow(&total.lanes[0], &total.lanes[2], &even, &seen);
    narrow(&total.lanes[1], &total.lanes[3], &odd, &seen);
    const words stored = even >> 16 | odd;
    memcpy(to + i, &stored, sizeof stored);
  }
  return is_certain(&seen, is_difference, onto_base);
}

CK_CLONES static int combine_run(const plan *p, uint16_t *to, size_t from, size_t n) {
  if (p->combination->is_difference) {
    return p->combination->onto_base ? combine(p, 1, 1, to, from, n) : combine(p, 1, 0, to, from, n);
  }
  return p->combination->onto_base ? combine(p, 0, 1, to, from, n) : combine(p, 0, 0, to, from, n);
}

static int lies_within(double x, int exponent) {
  return fabs(x) >= ldexp(1, -exponent) && fabs(x) <= ldexp(1, exponent);
}

// Whether a combination is one that the limits in is_certain are made for. A sum of bfloat16 values or of
// their differences is a multiple of 2^-133, hence exact here below 2^-126, and so is what a power of two of
// at least 2^-40 makes of it; a quotient is certain where it is no smaller. Onto a base, inputs of at least
// 2^-60 give sums that are multiples of 2^-67, which are, scaled and times the factor, 0 or at least 2^-125:
// of those nothing stands below 2^-178, which is what 2^-1074 is here.
static int make_plan(const ck_combination *c, plan *p) {
  if (c->is_wide || c->count == 0 || (c->base && c->base_type != CK_BF16)) return 0;
  for (size_t t = 0; t < c->count; t++) {
    const ck_term *term = &c->terms[t];
    if (term->type != CK_BF16 || term->weight != 1) return 0;
    if (c->is_difference && term->precision != CK_BF16) return 0;
  }
  int exponent;
  // The reciprocal of a power of two is exact, and multiplying is faster.
  const int is_power = frexp(c->divisor, &exponent) == 0.5;
  p->combination = c;
  p->scale = is_power ? 1 / c->divisor : 1;
  p->divisor = is_power ? 1 : c->divisor;
  if (c->onto_base && !(is_power && lies_within(c->factor, 18))) return 0;
  return lies_within(c->divisor, 40);
}

size_t ck_combine_bf16(const ck_combination *c, uint16_t *to, size_t n) {
  plan p;
  if (!make_plan(c, &p)) return 0;
  const size_t whole = n / STEP * STEP;
  for (size_t from = 0; from < whole; from += RUN) {
    const size_t run = whole - from < RUN ? whole - from : RUN;
    if (!combine_run(&p, to, from, run)) ck_combine_any(c, CK_BF16, to, from, run);
  }
  return whole;
}
