#include <math.h>
#include <string.h>

#include "combine.h"

// Sums of bfloat16 models, or of their task vectors onto the base, that become bfloat16: 16 elements at a
// time, which stay in registers.
//
// ck_combine_any adds in double. Where the values of an element are of like magnitude, float holds their sum
// exactly, for half the price. Runs with elements of which that is not certain are left to ck_combine_any.
enum { STEP = 16, RUN = 64 };

// Functions that take or return vectors are all inlined: there is no call that needs to know how.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint32_t words __attribute__((vector_size(32)));
typedef int16_t halves __attribute__((vector_size(32)));
typedef uint16_t unsigned_halves __attribute__((vector_size(32)));
typedef uint64_t longs __attribute__((vector_size(32)));
typedef float floats __attribute__((vector_size(32)));
typedef double doubles __attribute__((vector_size(32)));

// Magnitudes from 2^-60 to 2^60, and 0: whatever is computed of them here is 0 or a normal number.
enum { LEAST = (127 - 60) << 7, MOST = (127 + 60) << 7 };

// A combination, and what its sum is divided by, or multiplied by if that is a power of two.
typedef struct plan {
  const ck_combination *combination;
  float divisor, scale;
  // How far the magnitudes of an element may lie apart, as bit patterns.
  int16_t range;
} plan;

// Bit patterns of magnitudes, less 1: 0 comes before all others, and after them as an unsigned number.
typedef struct extremes {
  halves largest;
  unsigned_halves least;
} extremes;

// 16 elements: those at even and at odd positions.
typedef struct pair {
  floats even, odd;
} pair;

CK_INLINE void note(halves largest, unsigned_halves least, extremes *seen) {
  seen->largest = __builtin_elementwise_max(seen->largest, largest);
  seen->least = __builtin_elementwise_min(seen->least, least);
}

CK_INLINE pair load(const void *from, size_t i, extremes *seen) {
  words stored;
  memcpy(&stored, (const uint16_t *)from + i, sizeof stored);
  const halves magnitude = (halves)(stored & 0x7FFF7FFFu) - 1;
  note(magnitude, (unsigned_halves)magnitude, seen);
  return (pair){(floats)(stored << 16), (floats)(stored & 0xFFFF0000u)};
}

// Rounded to upper halves; the lower ones are undefined.
CK_INLINE words round_to_bf16(floats x) { return (words)x + 0x7FFFu + ((words)x >> 16 & 1); }

// The upper halves of even and odd elements in their order.
CK_INLINE words join(words even, words odd) { return even >> 16 | (odd & 0xFFFF0000u); }

CK_INLINE doubles lower(floats x) {
  return __builtin_convertvector(__builtin_shufflevector(x, x, 0, 1, 2, 3), doubles);
}
CK_INLINE doubles upper(floats x) {
  return __builtin_convertvector(__builtin_shufflevector(x, x, 4, 5, 6, 7), doubles);
}

// A double that is 2^-896 times a bfloat16 has its places between the sign and these bits.
CK_INLINE longs round_places(doubles x) {
  const longs unit = {0x200000000000u, 0x200000000000u, 0x200000000000u, 0x200000000000u};
  const longs bits = (longs)(x * 0x1p-896);
  return bits + (unit / 2 - 1) + (bits / unit & 1);
}

// base + factor * sum in double, rounded to upper halves; elements 4 and 5 come before 2 and 3.
CK_INLINE words scale_onto(floats base, double factor, floats sum) {
  const longs low = round_places(lower(base) + factor * lower(sum));
  const longs high = round_places(upper(base) + factor * upper(sum));
  const words places = __builtin_shufflevector((words)low, (words)high, 1, 3, 9, 11, 5, 7, 13, 15);
  return places << 3 | (places & 0x80000000u);
}

// Whether elements from..<from+n came to certain results. The flag is a constant where this is used.
CK_INLINE int combine(const plan *p, int is_onto_base, uint16_t *to, size_t from, size_t n) {
  const ck_combination *c = p->combination;
  extremes all;
  memset(&all.largest, 0, sizeof all.largest);
  memset(&all.least, 0xFF, sizeof all.least);
  halves range = all.largest;
  for (size_t i = from; i < from + n; i += STEP) {
    extremes seen;
    memset(&seen, 0xFF, sizeof seen);
    pair base, sum;
    memset(&sum, 0, sizeof sum);
    if (is_onto_base) base = load(c->base, i, &seen);
    for (size_t t = 0; t < c->count; t++) {
      pair x = load(c->terms[t].values, i, &seen);
      if (is_onto_base) {
        x.even = (floats)(round_to_bf16(x.even - base.even) & 0xFFFF0000u);
        x.odd = (floats)(round_to_bf16(x.odd - base.odd) & 0xFFFF0000u);
      }
      sum.even += x.even;
      sum.odd += x.odd;
    }
    note(seen.largest, seen.least, &all);
    range = __builtin_elementwise_max(range, seen.largest - (halves)seen.least);
    words stored;
    if (is_onto_base) {
      stored = join(scale_onto(base.even, c->factor, sum.even), scale_onto(base.odd, c->factor, sum.odd));
      stored = __builtin_shufflevector(stored, stored, 0, 1, 4, 5, 2, 3, 6, 7);
    } else if (p->divisor == 1) {
      stored = join(round_to_bf16(sum.even * p->scale), round_to_bf16(sum.odd * p->scale));
    } else {
      stored = join(round_to_bf16(sum.even / p->divisor), round_to_bf16(sum.odd / p->divisor));
    }
    memcpy(to + i, &stored, sizeof stored);
  }
  const halves is_outside = (all.largest >= MOST) | (halves)(all.least < LEAST - 1) | (range > p->range);
  return !__builtin_reduce_or((longs)is_outside);
}

CK_CLONES static int combine_run(const plan *p, uint16_t *to, size_t from, size_t n) {
  return p->combination->onto_base ? combine(p, 1, to, from, n) : combine(p, 0, to, from, n);
}

static int lies_within(double x, int exponent) {
  return fabs(x) >= ldexp(1, -exponent) && fabs(x) <= ldexp(1, exponent);
}

// Whether a combination is one that the limits are made for.
//
// With exponents that are at most r apart, values and their differences are multiples of 2^-(r + 8) times
// 2^(e + 1), e being the largest exponent, and below 2^(e + 1) or, differences, up to twice that. So n of
// them have a sum of at most r + 8 + log2 n bits, one more for differences, of which float holds 24. A
// quotient of 24 bits by a whole number of at most 12 is further from the middle of two bfloat16 numbers than
// float rounds. Onto a base, sum and base are multiples of 2^-67 and the scaled sum at least 2^-85 or 0; where
// that cancels the base, what is left is a multiple of their last places, at least 2^-113.
static int make_plan(const ck_combination *c, plan *p) {
  if (c->is_wide || c->count == 0 || c->count > 256 || c->is_difference != c->onto_base) return 0;
  if (c->onto_base && (c->base_type != CK_BF16 || c->divisor != 1 || !lies_within(c->factor, 18))) return 0;
  for (size_t t = 0; t < c->count; t++) {
    const ck_term *term = &c->terms[t];
    if (term->type != CK_BF16 || term->weight != 1) return 0;
    if (c->is_difference && term->precision != CK_BF16) return 0;
  }
  int exponent;
  // The reciprocal of a power of two is exact, and multiplying is faster.
  const int is_power = frexp(c->divisor, &exponent) == 0.5;
  if (is_power ? !lies_within(c->divisor, 18) : !(c->divisor > 1 && c->divisor < 4096)) return 0;
  if (c->divisor != floor(c->divisor) && !is_power) return 0;
  int bits = c->is_difference;
  while ((size_t)1 << (bits - c->is_difference) < c->count) bits++;
  *p = (plan){
    .combination = c,
    .divisor = is_power ? 1 : (float)c->divisor,
    .scale = is_power ? (float)(1 / c->divisor) : 1,
    .range = (int16_t)((16 - bits) << 7),
  };
  return 1;
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
