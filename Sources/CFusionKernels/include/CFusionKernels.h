// Kernels over flat runs of elements. All are plain C without fused multiply-add (the target is
// compiled with -ffp-contract=off), so that every CPU gives the same bits. Each has a naive twin in
// the tests. `n` counts elements; pointers need no alignment beyond that of the element.
#ifndef CFUSIONKERNELS_H
#define CFUSIONKERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef enum ck_dtype {
  CK_F64, CK_F32, CK_F16, CK_BF16, CK_F8_E4M3, CK_F8_E5M2,
  CK_I64, CK_I32, CK_I16, CK_I8, CK_U64, CK_U32, CK_U16, CK_U8, CK_BOOL
} ck_dtype;

// Bytes of an element.
static inline size_t ck_size(ck_dtype type) {
  switch (type) {
    case CK_F64: case CK_I64: case CK_U64: return 8;
    case CK_F32: case CK_I32: case CK_U32: return 4;
    case CK_F16: case CK_BF16: case CK_I16: case CK_U16: return 2;
    default: return 1;
  }
}

// convert.c: stored elements to and from computing types, to nearest even.
void ck_load_f64(ck_dtype type, const void *from, double *to, size_t n);
void ck_load_f32(ck_dtype type, const void *from, float *to, size_t n);
void ck_store_f64(ck_dtype type, const double *from, void *to, size_t n);

// combine.c: weighted sums of models straight from their stored elements.
// One model: its values less the base's count as rounded to `precision` (F16, BF16, or any other: not).
typedef struct ck_term {
  const void *values;
  ck_dtype type;
  ck_dtype precision;
  double weight;
} ck_term;
typedef struct ck_combination {
  const ck_term *terms;
  size_t count;
  const void *base;  // null where there is none
  ck_dtype base_type;
  int is_difference;  // terms are values less those of the base
  int is_wide;        // differences are taken in f64
  double divisor;
  int onto_base;
  double factor;
} ck_combination;
// to = [base + factor *] (the sum of weight * x over all terms, in their order) / divisor, in f64, rounded
// once. The same bits as ck_load, ck_delta, ck_round, ck_axpy, ck_divide, ck_scale_onto and ck_store give.
void ck_combine(const ck_combination *combination, ck_dtype type, void *to, size_t n);

// finite.c: how many of the stored elements are NaN or infinite; 0 for integers.
int64_t ck_count_nonfinite(ck_dtype type, const void *from, size_t n);

// distance.c: adds to *squares those of a - b, to *squares_a those of a, to *differing the positions
// where a and b differ; raises *largest to the largest |a - b|. NaN stays in sums and in *largest.
void ck_distance_f64(const double *a, const double *b, size_t n, double *largest, double *squares,
                     double *squares_a, int64_t *differing);

// arithmetic.c: task vectors and sums. A task vector is computed in f32 or f64, sums in f64.
// delta = x - base, rounded to `precision` (F16, BF16, or any other: not).
void ck_delta_f32(ck_dtype type, const void *x, const float *base, ck_dtype precision, float *delta, size_t n);
void ck_delta_f64(const double *x, const double *base, double *delta, size_t n);
void ck_add_f32(const float *x, double *sum, size_t n);
void ck_add_f64(const double *x, double *sum, size_t n);
void ck_axpy_f32(double weight, const float *x, double *sum, size_t n);
void ck_axpy_f64(double weight, const double *x, double *sum, size_t n);
void ck_divide_f64(double divisor, double *values, size_t n);
// values = base + scale * values
void ck_scale_onto_f32(const float *base, double scale, double *values, size_t n);
void ck_scale_onto_f64(const double *base, double scale, double *values, size_t n);

// reduce.c: sums over a run, in f64: 16 lanes, element i in lane i mod 16, lanes folded in halves
// (lane j takes lane j + 8, then j + 4, j + 2, j + 1).
double ck_sum_f32(const float *x, size_t n);
double ck_sum_f64(const double *x, size_t n);
double ck_sum_abs_f32(const float *x, size_t n);
double ck_sum_abs_f64(const double *x, size_t n);
double ck_dot_f32(const float *x, const float *y, size_t n);
double ck_dot_f64(const double *x, const double *y, size_t n);

// Copies n elements of `size` bytes (1, 2, 4 or 8) that stand `from_step` bytes apart to places
// `to_step` bytes apart.
void ck_copy_strided(size_t size, const void *from, size_t from_step, void *to, size_t to_step, size_t n);

// products.c: values[j] += scale * sum over k of left[k] * right[k * step + j].
void ck_add_product_f64(const double *left, const double *right, size_t rank, size_t step, double scale,
                        double *values, size_t n);
// values[i] *= scales[(first + i) / block]
void ck_multiply_blocks_f32(const float *scales, size_t block, size_t first, float *values, size_t n);

// ties.c: deltas[m] is the task vector of model m, cuts[m] the magnitude below which it is zeroed.
typedef enum ck_ties_merge { CK_TIES_SUM, CK_TIES_MEAN, CK_TIES_MAX } ck_ties_merge;
// Adds the elected signs (+1, 0, -1) of the run to *votes.
void ck_ties_vote_f32(const float *const *deltas, const float *cuts, size_t models, size_t n, int64_t *votes);
void ck_ties_vote_f64(const double *const *deltas, const double *cuts, size_t models, size_t n, int64_t *votes);
// The same for cuts that are not known yet but lie from lows[m] to highs[m]: adds the signs that are the
// same for all of them, and puts the other positions into `open`, which has room for n + 1.
// Returns how many these are.
size_t ck_ties_outlook_f32(const float *const *deltas, const float *lows, const float *highs, size_t models,
                           size_t n, int64_t *votes, uint32_t *open);
size_t ck_ties_outlook_f64(const double *const *deltas, const double *lows, const double *highs, size_t models,
                           size_t n, int64_t *votes, uint32_t *open);
// merged = disjoint merge of the trimmed values that agree with the elected sign; a position
// without a sign takes `majority` (+1, 0, -1), and 0 counts as negative.
void ck_ties_merge_f32(const float *const *deltas, const float *cuts, size_t models, size_t n, int majority,
                       ck_ties_merge function, double *merged);
void ck_ties_merge_f64(const double *const *deltas, const double *cuts, size_t models, size_t n, int majority,
                       ck_ties_merge function, double *merged);

// select.c: order statistics of |x| over bit patterns. A window is `bins` consecutive groups of
// 2^shift patterns from `low` on; counts[b] and *below grow by what the run holds.
// NaN counts as larger than infinity, as in an ascending sort.
void ck_count_f32(const float *x, size_t n, uint64_t low, unsigned shift, size_t bins, int64_t *counts,
                  int64_t *below);
void ck_count_f64(const double *x, size_t n, uint64_t low, unsigned shift, size_t bins, int64_t *counts,
                  int64_t *below);

// philox.c: the counter-based generator Philox4x32-10 (Salmon et al., "Parallel random numbers: as
// easy as 1, 2, 3", 2011).
void ck_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
// Uniform 32-bit draws for elements first..<first+n of a stream; each depends on key, stream and
// its element alone. Element e takes word e/16%4 of the counter 16*(e/64) + e%16 (low words), stream
// (high words).
void ck_random_u32(uint64_t key, uint64_t stream, uint64_t first, uint32_t *out, size_t n);
// x = 0 where the draw is below `limit` (0 to 2^32), else x / divisor.
void ck_drop_f32(const uint32_t *draws, uint64_t limit, float divisor, float *x, size_t n);
void ck_drop_f64(const uint32_t *draws, uint64_t limit, double divisor, double *x, size_t n);

// masks.c: which elements of task vectors count. deltas[m] is the task vector of model m; what
// decides is computed in the type of the task vectors, sums in the order of the models.
// best = x where |x| is at least |best|
void ck_larger_f32(const float *x, double *best, size_t n);
void ck_larger_f64(const double *x, double *best, size_t n);
// counts += 1 where |near| > factor * |sum of deltas - deltas[task]|, near being base - deltas[task],
// or deltas[task] where base is NULL.
void ck_tall_count_f32(const float *const *deltas, size_t models, size_t task, const float *base, float factor,
                       size_t n, float *counts);
void ck_tall_count_f64(const double *const *deltas, size_t models, size_t task, const double *base,
                       double factor, size_t n, float *counts);
// out = sum over a != b of |deltas[a] * deltas[b]|
void ck_conflict_f32(const float *const *deltas, size_t models, size_t n, double *out);
void ck_conflict_f64(const double *const *deltas, size_t models, size_t n, double *out);
// unified = the largest magnitude among values that have the sign of the sum of deltas (negative
// where it is 0), with that sign
void ck_unify_f32(const float *const *deltas, size_t models, size_t n, double *unified);
void ck_unify_f64(const double *const *deltas, size_t models, size_t n, double *unified);
// values = 0 where x does not have their sign
void ck_keep_agreeing_f32(const float *x, double *values, size_t n);
void ck_keep_agreeing_f64(const double *x, double *values, size_t n);
// values = 0 where counts < least
void ck_keep_counted(const float *counts, float least, double *values, size_t n);
// values = 0 where measure is not below limit
void ck_keep_below(const double *measure, double limit, double *values, size_t n);

// smallest.c: marks = 1 at the k smallest values, the first ones among equals, NaN largest; else 0.
void ck_mark_smallest(const double *metric, size_t n, size_t k, uint8_t *marks);

// order.c: order = the elements by magnitude, the first ones smaller among equals, NaN largest.
// `scratch` has room for 3 n numbers of 8 bytes.
void ck_magnitude_order(const double *values, size_t n, uint64_t *scratch, size_t *order);
// Keeps the element of rank r with probability least + spread r / (n - 1), half of the spread for
// n = 1; the others become 0. `rescale` divides what stays by its probability.
void ck_drop_by_rank(double *values, const size_t *order, const uint32_t *draws, size_t n,
                     double least, double spread, int rescale);
// result += lambda times the sum of weights[m] * rows[m], of those alone with the sign of that sum if
// `elects` (a sum of 0 elects +, a NaN has any sign), divided by the sum of their weights if `normalize`.
void ck_mix_rows(const double *const *rows, const double *weights, size_t models, size_t n,
                 int elects, int normalize, double lambda, double *result);

// mergekit.c: element-wise parts of mergekit's methods.
// A tensor as many vectors: element e belongs to vector e / length, or, strided, to e % length; the
// run starts at element `first`. Adds x·x, y·y and x·y to the three products of each vector.
void ck_vector_products_f32(const float *x, const float *y, size_t n, size_t first, size_t length, int strided,
                           double *products);
void ck_vector_products_f64(const double *x, const double *y, size_t n, size_t first, size_t length, int strided,
                           double *products);
// sum += weights[2v] x + weights[2v + 1] y for elements of vector v.
void ck_vector_mix_f32(const float *x, const float *y, size_t n, size_t first, size_t length, int strided,
                       const double *weights, double *sum);
void ck_vector_mix_f64(const double *x, const double *y, size_t n, size_t first, size_t length, int strided,
                       const double *weights, double *sum);
// merged = base moved towards x by t at most.
void ck_nearswap_f32(const float *base, const float *x, double t, double *merged, size_t n);
void ck_nearswap_f64(const double *base, const double *x, double t, double *merged, size_t n);
// A value is active where its magnitude exceeds epsilon. Adds to shared[m] and unique[m] how many
// active values model m has together with others, and alone.
void ck_ram_counts_f32(const float *const *deltas, size_t models, size_t n, double epsilon, double *shared,
                       double *unique);
void ck_ram_counts_f64(const double *const *deltas, size_t models, size_t n, double epsilon, double *shared,
                       double *unique);
// merged = the mean of the active values; one that is alone times its model's scale.
void ck_ram_merge_f32(const float *const *deltas, size_t models, size_t n, double epsilon,
                      const double *scales, double *merged);
void ck_ram_merge_f64(const double *const *deltas, size_t models, size_t n, double epsilon,
                      const double *scales, double *merged);
// The variance over models, about the mean and divided by their number, in the values' precision.
void ck_variance_f32(const float *const *deltas, size_t models, size_t n, double *variance);
void ck_variance_f64(const double *const *deltas, size_t models, size_t n, double *variance);
// Zeroes the values that come before (`before` 1) or not before (0) a place in the order of
// magnitudes, given as bit pattern and, among equals, element. The run starts at element `first`.
void ck_zero_before_f32(float *x, size_t n, uint64_t first, uint64_t pattern, uint64_t element, int before);
void ck_zero_before_f64(double *x, size_t n, uint64_t first, uint64_t pattern, uint64_t element, int before);
// The same for the order of `keys`: zeroes the values whose keys come before the place.
void ck_zero_by_key_f32(const double *keys, float *x, size_t n, uint64_t first, uint64_t pattern,
                        uint64_t element);
void ck_zero_by_key_f64(const double *keys, double *x, size_t n, uint64_t first, uint64_t pattern,
                        uint64_t element);
// Elects the sign of a position: that of the sum of deltas[m] * signs[m], or of the sum of their
// signs; 0 elects +. merged = the sum of weights[m] * deltas[m] of those with that sign (all without
// a vote), total = the sum of their weights. A NaN agrees with any sign.
typedef enum ck_sign_vote { CK_VOTE_NONE, CK_VOTE_SUM, CK_VOTE_COUNT } ck_sign_vote;
void ck_consensus_f32(const float *const *deltas, const double *signs, const double *weights, size_t models,
                      size_t n, ck_sign_vote vote, double *merged, double *total);
void ck_consensus_f64(const double *const *deltas, const double *signs, const double *weights, size_t models,
                      size_t n, ck_sign_vote vote, double *merged, double *total);

#endif
