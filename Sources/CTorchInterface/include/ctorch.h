// The C interface between the Swift code and libtorch.
//
// A library that implements it exports one symbol, `ctorch_api`, which returns a table of
// functions. The program loads that library with dlopen and only where a network has to run.
// Tensors are opaque handles that are immutable once made, and every function that makes one
// hands it over at +1: it lives until `tensor_free`. Functions may be called from any thread.
#ifndef CTORCH_H
#define CTORCH_H

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define CTORCH_NULLABLE _Nullable
#define CTORCH_NONNULL _Nonnull
#pragma clang assume_nonnull begin
#else
#define CTORCH_NULLABLE
#define CTORCH_NONNULL
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Rises with every change of the table below. A caller refuses any other version.
#define CTORCH_ABI_VERSION 3
#define CTORCH_ENTRY_POINT "ctorch_api"

// A tensor of libtorch.
typedef struct ctorch_tensor ctorch_tensor;

// Where a function puts the tensor that it makes.
typedef ctorch_tensor *CTORCH_NULLABLE *CTORCH_NONNULL ctorch_out;

// 0 where a call succeeded. After anything else its results are untouched.
typedef int32_t ctorch_status;
enum { CTORCH_OK = 0, CTORCH_FAILED = 1 };

// The types in which elements cross the border.
typedef int32_t ctorch_dtype;
enum { CTORCH_FLOAT32 = 0, CTORCH_INT64 = 1 };

typedef int32_t ctorch_device_kind;
enum { CTORCH_CPU = 0, CTORCH_CUDA = 1 };

typedef struct {
  ctorch_device_kind kind;
  int32_t index;
} ctorch_device;

// Where a failed call writes its message: one line, cut at the capacity, closed by a zero.
typedef struct {
  char *text;
  size_t capacity;
} ctorch_error;

typedef struct {
  // Always the first field. CTORCH_ABI_VERSION of the library that fills the table.
  int64_t abi_version;
  // Such as "1.13.1"; lives as long as the library.
  const char *libtorch_version;

  // Threads that one operation may use, in this process.
  ctorch_status (*set_threads)(int32_t count, ctorch_error error);
  ctorch_status (*get_threads)(int32_t *count, ctorch_error error);
  // How many devices of a kind can be used; 0 where the library has no support for it.
  ctorch_status (*device_count)(ctorch_device_kind kind, int32_t *count, ctorch_error error);

  // Copies `data` (row-major) to a device.
  ctorch_status (*tensor_make)(const void *data, ctorch_dtype dtype, const int64_t *sizes,
                               int32_t rank, ctorch_device device,
                               ctorch_out out, ctorch_error error);
  void (*tensor_free)(ctorch_tensor *tensor);
  ctorch_status (*tensor_rank)(const ctorch_tensor *tensor, int32_t *rank, ctorch_error error);
  // `sizes` has room for `rank` numbers; another rank than the tensor's is an error.
  ctorch_status (*tensor_sizes)(const ctorch_tensor *tensor, int64_t *sizes, int32_t rank,
                                ctorch_error error);
  // Copies the elements, row-major, as `dtype`; `count` is their number.
  ctorch_status (*tensor_read)(const ctorch_tensor *tensor, ctorch_dtype dtype, void *destination,
                               int64_t count, ctorch_error error);

  // Views and joins. `sizes` may hold one -1 for reshape; -1 keeps a size for expand.
  ctorch_status (*reshape)(const ctorch_tensor *input, const int64_t *sizes, int32_t rank,
                           ctorch_out out, ctorch_error error);
  ctorch_status (*expand)(const ctorch_tensor *input, const int64_t *sizes, int32_t rank,
                          ctorch_out out, ctorch_error error);
  ctorch_status (*transpose)(const ctorch_tensor *input, int64_t first, int64_t second,
                             ctorch_out out, ctorch_error error);
  ctorch_status (*select)(const ctorch_tensor *input, int64_t dimension, int64_t index,
                          ctorch_out out, ctorch_error error);
  ctorch_status (*cat)(const ctorch_tensor *CTORCH_NULLABLE const *CTORCH_NONNULL inputs, int32_t count,
                       int64_t dimension, ctorch_out out,
                       ctorch_error error);

  // Arithmetic. Shapes are broadcast as libtorch does.
  ctorch_status (*add)(const ctorch_tensor *left, const ctorch_tensor *right,
                       ctorch_out out, ctorch_error error);
  ctorch_status (*multiply)(const ctorch_tensor *left, const ctorch_tensor *right,
                            ctorch_out out, ctorch_error error);
  ctorch_status (*scale)(const ctorch_tensor *input, double factor,
                         ctorch_out out, ctorch_error error);
  ctorch_status (*matmul)(const ctorch_tensor *left, const ctorch_tensor *right,
                          ctorch_out out, ctorch_error error);

  // Layers. A null bias is none; layer_norm works on the last dimension.
  ctorch_status (*linear)(const ctorch_tensor *input, const ctorch_tensor *weight,
                          const ctorch_tensor *CTORCH_NULLABLE bias,
                          ctorch_out out, ctorch_error error);
  ctorch_status (*conv2d)(const ctorch_tensor *input, const ctorch_tensor *weight,
                          const ctorch_tensor *CTORCH_NULLABLE bias, int64_t stride,
                          int64_t padding, ctorch_out out,
                          ctorch_error error);
  // Attention of queries [n, m, hidden] over keys and values [n, tokens, hidden], whose last
  // dimension is shared equally by the heads: softmax(q kᵀ / √(hidden / heads)) v for each.
  ctorch_status (*attention)(const ctorch_tensor *queries, const ctorch_tensor *keys,
                             const ctorch_tensor *values, int64_t heads, ctorch_out out,
                             ctorch_error error);
  ctorch_status (*layer_norm)(const ctorch_tensor *input, const ctorch_tensor *weight,
                              const ctorch_tensor *bias, double epsilon,
                              ctorch_out out, ctorch_error error);

  // Functions. gelu is the exact one (erf); quick_gelu is x·sigmoid(1.702·x).
  ctorch_status (*gelu)(const ctorch_tensor *input, ctorch_out out,
                        ctorch_error error);
  ctorch_status (*quick_gelu)(const ctorch_tensor *input, ctorch_out out,
                              ctorch_error error);
  ctorch_status (*softmax)(const ctorch_tensor *input, int64_t dimension,
                           ctorch_out out, ctorch_error error);
  ctorch_status (*log_softmax)(const ctorch_tensor *input, int64_t dimension,
                               ctorch_out out, ctorch_error error);
  // Divides by the Euclidean norm along a dimension.
  ctorch_status (*normalize)(const ctorch_tensor *input, int64_t dimension,
                             ctorch_out out, ctorch_error error);
  // The mean over the batch; targets are class numbers.
  ctorch_status (*cross_entropy)(const ctorch_tensor *logits, const ctorch_tensor *targets,
                                 ctorch_out out, ctorch_error error);
  ctorch_status (*argmax)(const ctorch_tensor *input, int64_t dimension,
                          ctorch_out out, ctorch_error error);
} ctorch_functions;

// The type of the exported symbol. The table lives as long as the library.
typedef const ctorch_functions *CTORCH_NULLABLE (*ctorch_entry_point)(void);

#ifdef __cplusplus
}
#endif

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
