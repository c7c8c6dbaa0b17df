#include <string.h>

#include "CFusionKernels.h"
#include "bits.h"

#define LOAD(FROM, TO, CONVERT)                                   \
  {                                                               \
    const FROM *x = from;                                         \
    for (size_t i = 0; i < n; i++) to[i] = (TO)CONVERT(x[i]);     \
    return;                                                       \
  }
#define SAME(x) (x)
#define TRUTH(x) ((x) != 0)

#define LOAD_ALL(TO)                                              \
  switch (type) {                                                 \
    case CK_F64: LOAD(double, TO, SAME)                           \
    case CK_F32: LOAD(float, TO, SAME)                            \
    case CK_F16: LOAD(uint16_t, TO, ck_from_f16)                  \
    case CK_BF16: LOAD(uint16_t, TO, ck_from_bf16)                \
    case CK_F8_E4M3: LOAD(uint8_t, TO, ck_from_f8_e4m3)           \
    case CK_F8_E5M2: LOAD(uint8_t, TO, ck_from_f8_e5m2)           \
    case CK_I64: LOAD(int64_t, TO, SAME)                          \
    case CK_I32: LOAD(int32_t, TO, SAME)                          \
    case CK_I16: LOAD(int16_t, TO, SAME)                          \
    case CK_I8: LOAD(int8_t, TO, SAME)                            \
    case CK_U64: LOAD(uint64_t, TO, SAME)                         \
    case CK_U32: LOAD(uint32_t, TO, SAME)                         \
    case CK_U16: LOAD(uint16_t, TO, SAME)                         \
    case CK_U8: LOAD(uint8_t, TO, SAME)                           \
    case CK_BOOL: LOAD(uint8_t, TO, TRUTH)                        \
  }

CK_CLONES void ck_load_f64(ck_dtype type, const void *from, double *to, size_t n) { LOAD_ALL(double) }

CK_CLONES void ck_load_f32(ck_dtype type, const void *from, float *to, size_t n) {
  if (type == CK_F32) {
    memcpy(to, from, n * sizeof(float));
    return;
  }
  LOAD_ALL(float)
}

#define STORE(TO, CONVERT)                                        \
  {                                                               \
    TO *x = to;                                                   \
    for (size_t i = 0; i < n; i++) x[i] = CONVERT(from[i]);       \
    return;                                                       \
  }
#define STORE_INTEGER(TO, LEAST, MOST)                            \
  {                                                               \
    TO *x = to;                                                   \
    for (size_t i = 0; i < n; i++) {                              \
      double v = from[i];                                         \
      /* (double)MOST may round up, so that bound is met with >= */ \
      x[i] = v != v ? 0 : v <= (double)LEAST ? LEAST : v >= (double)MOST ? MOST : (TO)v; \
    }                                                             \
    return;                                                       \
  }

// In two steps, each of which fills its vectors. Values that are no normal floats and NaN are rare: a
// run that has some is converted again, one value at a time.
CK_CLONES static void store_bf16(const double *from, uint16_t *to, size_t n) {
  enum { RUN = 512 };
  float odd[RUN];
  for (size_t start = 0; start < n; start += RUN) {
    const size_t run = n - start < RUN ? n - start : RUN;
    for (size_t i = 0; i < run; i++) odd[i] = ck_to_odd_f32(from[start + i]);
    // 0 becomes the largest, so that it does not count as tiny.
    uint32_t largest = 0, least = UINT32_MAX;
    for (size_t i = 0; i < run; i++) {
      const uint32_t bits = ck_bits_f32(odd[i]), magnitude = bits & 0x7FFFFFFFu;
      to[start + i] = (uint16_t)((bits + 0x7FFFu + (bits >> 16 & 1)) >> 16);
      largest = magnitude > largest ? magnitude : largest;
      least = magnitude - 1 < least ? magnitude - 1 : least;
    }
    if (largest > 0x7F800000u || least < 0x7FFFFFu) {
      for (size_t i = start; i < start + run; i++) to[i] = ck_to_bf16(from[i]);
    }
  }
}

CK_CLONES void ck_store_f64(ck_dtype type, const double *from, void *to, size_t n) {
  switch (type) {
    case CK_F64: memcpy(to, from, n * sizeof(double)); return;
    case CK_F32: STORE(float, (float))
    case CK_F16: STORE(uint16_t, ck_to_f16)
    case CK_BF16: store_bf16(from, to, n); return;
    case CK_F8_E4M3: STORE(uint8_t, ck_to_f8_e4m3)
    case CK_F8_E5M2: STORE(uint8_t, ck_to_f8_e5m2)
    case CK_I64: STORE_INTEGER(int64_t, INT64_MIN, INT64_MAX)
    case CK_I32: STORE_INTEGER(int32_t, INT32_MIN, INT32_MAX)
    case CK_I16: STORE_INTEGER(int16_t, INT16_MIN, INT16_MAX)
    case CK_I8: STORE_INTEGER(int8_t, INT8_MIN, INT8_MAX)
    case CK_U64: STORE_INTEGER(uint64_t, 0, UINT64_MAX)
    case CK_U32: STORE_INTEGER(uint32_t, 0, UINT32_MAX)
    case CK_U16: STORE_INTEGER(uint16_t, 0, UINT16_MAX)
    case CK_U8: STORE_INTEGER(uint8_t, 0, UINT8_MAX)
    case CK_BOOL: STORE(uint8_t, TRUTH)
  }
}
