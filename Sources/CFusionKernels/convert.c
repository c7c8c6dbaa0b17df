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

CK_CLONES void ck_store_f64(ck_dtype type, const double *from, void *to, size_t n) {
  switch (type) {
    case CK_F64: memcpy(to, from, n * sizeof(double)); return;
    case CK_F32: STORE(float, (float))
    case CK_F16: STORE(uint16_t, ck_to_f16)
    case CK_BF16: STORE(uint16_t, ck_to_bf16)
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

CK_CLONES void ck_round_f32(ck_dtype type, float *values, size_t n) {
  if (type == CK_BF16) {
    for (size_t i = 0; i < n; i++) values[i] = ck_to_precision_bf16(values[i]);
  } else if (type == CK_F16) {
    for (size_t i = 0; i < n; i++) values[i] = ck_to_precision_f16(values[i]);
  }
}
