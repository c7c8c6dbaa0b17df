// What libtorch does slowly on a CPU for networks with few tokens: operations over many small
// matrices. Elements are row-major; pointers need no alignment beyond that of a float.
#ifndef CTORCH_KERNELS_H
#define CTORCH_KERNELS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// The sizes of attention over one image.
typedef struct {
  // Tokens that ask, and tokens that are asked.
  size_t asking;
  size_t tokens;
  size_t heads;
  // Elements of a token that belong to one head.
  size_t head_size;
} ctorch_attention_sizes;

// Floats that ctorch_attention needs to work with.
size_t ctorch_attention_scratch(ctorch_attention_sizes sizes);

// For every head softmax(queries keysᵀ / √head_size) values: queries and output are
// [asking, heads * head_size], keys and values [tokens, heads * head_size].
void ctorch_attention(ctorch_attention_sizes sizes, const float *queries, const float *keys,
                      const float *values, float *output, float *scratch);

// output[i] = x[i] · sigmoid(1.702 · x[i])
void ctorch_quick_gelu(const float *x, float *output, size_t n);

// Every row of x[rows][size] less its mean, over √(variance + epsilon), times weight, plus bias.
void ctorch_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                       float *output, size_t rows, size_t size);

#ifdef __cplusplus
}
#endif

#endif
