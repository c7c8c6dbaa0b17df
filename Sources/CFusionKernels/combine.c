#include <string.h>

#include "combine.h"

// Elements at a time: sums, base and values of a run stay in the first cache.
enum { RUN = 1024 };

// Terms that are added in one go: their sum stays in registers.
enum { TERMS = 4 };

// All arguments but the pointers and n are constants where this is used.
CK_INLINE void add(size_t count, int is_first, ck_dtype type, ck_dtype precision, const ck_term *terms,
                   const float *base, double *restrict sum, size_t n) {
  const void *x[TERMS];
  double weight[TERMS];
  for (size_t t = 0; t < count; t++) {
    x[t] = terms[t].values;
    weight[t] = terms[t].weight;
  }
#pragma clang loop vectorize_width(8)
  for (size_t i = 0; i < n; i++) {
    double total = is_first ? 0.0 : sum[i];
    for (size_t t = 0; t < count; t++) {
      float value = ck_stored_f32(type, x[t], i);
      if (base) value = ck_to_precision(precision, value - base[i]);
      total += weight[t] * (double)value;
    }
    sum[i] = total;
  }
}

#define ADD_COUNTED(COUNT, TYPE, PRECISION)                                        \
  if (is_first && base) add(COUNT, 1, TYPE, PRECISION, terms, base, sum, n);       \
  else if (is_first) add(COUNT, 1, TYPE, PRECISION, terms, NULL, sum, n);          \
  else if (base) add(COUNT, 0, TYPE, PRECISION, terms, base, sum, n);              \
  else add(COUNT, 0, TYPE, PRECISION, terms, NULL, sum, n);
#define ADD_TYPED(TYPE, PRECISION)                                                 \
  switch (count) {                                                                 \
    case 4: ADD_COUNTED(4, TYPE, PRECISION) break;                                  \
    case 3: ADD_COUNTED(3, TYPE, PRECISION) break;                                  \
    case 2: ADD_COUNTED(2, TYPE, PRECISION) break;                                  \
    default: ADD_COUNTED(1, TYPE, PRECISION)                                        \
  }
#define ADD(TYPE)                                                                  \
  switch (precision) {                                                             \
    case CK_BF16: ADD_TYPED(TYPE, CK_BF16) break;                                   \
    case CK_F16: ADD_TYPED(TYPE, CK_F16) break;                                     \
    default: ADD_TYPED(TYPE, CK_F32)                                               \
  }

// sum = or += the weighted values of some terms of one type, in their order.
CK_CLONES static void add_f32(int is_first, size_t count, ck_dtype type, ck_dtype precision,
                              const ck_term *terms, const float *base, double *sum, size_t n) {
  switch (type) {
    case CK_BF16: ADD(CK_BF16) break;
    case CK_F16: ADD(CK_F16) break;
    default: ADD(CK_F32)
  }
}

CK_CLONES static void add_f64(int is_first, const double *x, const double *base, double weight, double *sum,
                              size_t n) {
  for (size_t i = 0; i < n; i++)
    sum[i] = (is_first ? 0.0 : sum[i]) + weight * (base ? x[i] - base[i] : x[i]);
}

static const char *at(const void *values, ck_dtype type, size_t element) {
  return (const char *)values + element * ck_size(type);
}

static int alike(const ck_term *a, const ck_term *b) {
  return ck_is_direct(a->type) && a->type == b->type && a->precision == b->precision;
}

// One run in f32: task vectors are differences in f32.
static void sum_f32(const ck_combination *c, size_t from, size_t n, double *sum) {
  float base_run[RUN], run[RUN];
  const float *base = NULL;
  if (c->base) {
    base = c->base_type == CK_F32 ? (const float *)c->base + from : base_run;
    if (base == base_run) ck_load_f32(c->base_type, at(c->base, c->base_type, from), base_run, n);
  }
  for (size_t t = 0; t < c->count;) {
    ck_term terms[TERMS];
    size_t count = 0;
    do {
      terms[count] = c->terms[t + count];
      terms[count].values = at(terms[count].values, terms[count].type, from);
      count++;
    } while (count < TERMS && t + count < c->count && alike(&c->terms[t + count], &terms[0]));
    t += count;
    if (!ck_is_direct(terms[0].type)) {
      ck_load_f32(terms[0].type, terms[0].values, run, n);
      terms[0].values = run;
    }
    add_f32(t == count, count, terms[0].type, terms[0].precision, terms, c->is_difference ? base : NULL, sum,
            n);
  }
  ck_divide_f64(c->divisor, sum, n);
  if (c->onto_base) ck_scale_onto_f32(base, c->factor, sum, n);
}

// One run in f64.
static void sum_f64(const ck_combination *c, size_t from, size_t n, double *sum) {
  double base[RUN], run[RUN];
  if (c->base) ck_load_f64(c->base_type, at(c->base, c->base_type, from), base, n);
  for (size_t t = 0; t < c->count; t++) {
    const ck_term *term = &c->terms[t];
    ck_load_f64(term->type, at(term->values, term->type, from), run, n);
    add_f64(t == 0, run, c->is_difference ? base : NULL, term->weight, sum, n);
  }
  ck_divide_f64(c->divisor, sum, n);
  if (c->onto_base) ck_scale_onto_f64(base, c->factor, sum, n);
}

void ck_combine_any(const ck_combination *c, ck_dtype type, void *to, size_t from, size_t n) {
  double sum[RUN];
  const size_t end = from + n;
  for (; from < end; from += RUN) {
    const size_t run = end - from < RUN ? end - from : RUN;
    if (c->count == 0) memset(sum, 0, run * sizeof *sum);
    (c->is_wide ? sum_f64 : sum_f32)(c, from, run, sum);
    ck_store_f64(type, sum, (char *)to + from * ck_size(type), run);
  }
}

void ck_combine(const ck_combination *c, ck_dtype type, void *to, size_t n) {
  const size_t done = type == CK_BF16 ? ck_combine_bf16(c, to, n) : 0;
  ck_combine_any(c, type, to, done, n - done);
}
