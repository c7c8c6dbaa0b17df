// What libtorch takes many passes for on a CPU. Elements are row-major; pointers need no alignment
// beyond that of a float.
#ifndef CTORCH_KERNELS_H
#define CTORCH_KERNELS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// output[i] = x[i] · sigmoid(1.702 · x[i])
void ctorch_quick_gelu(const float *x, float *output, size_t n);

// Every row of x[rows][size] less its mean, over √(variance + epsilon), times weight, plus bias.
void ctorch_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                       float *output, size_t rows, size_t size);

#ifdef __cplusplus
}
#endif

#endif
