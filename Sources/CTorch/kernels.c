#include "kernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 8 };
typedef float lanes
    __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

// The vector that starts at a float.
#define AT(float_pointer) (*(lanes *)(float_pointer))

INLINE float sum_of(const lanes *x) {
  const float *each = (const float *)x;
  return ((each[0] + each[4]) + (each[2] + each[6])) + ((each[1] + each[5]) + (each[3] + each[7]));
}

// e to the x within 2e-7 of itself, for x held between -87 and 88: 2ⁿ times the Taylor series of
// what is left, which is at most log(2) / 2.
INLINE float exp_of(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float rounding = 12582912.0f;  // 1.5 · 2²³: the sum's last bits are the rounded integer
  float shifted = x * 0x1.715476p+0f + rounding;
  float n = shifted - rounding;
  float rest = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;  // log(2), the first part exact
  float series = 1.0f / 720;
  series = series * rest + 1.0f / 120;
  series = series * rest + 1.0f / 24;
  series = series * rest + 1.0f / 6;
  series = series * rest + 0.5f;
  series = series * rest + 1.0f;
  series = series * rest + 1.0f;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + 0x3f800000u;
  float power;
  memcpy(&power, &bits, sizeof power);
  return series * power;
}

CLONES void ctorch_quick_gelu(const float *restrict x, float *restrict output, size_t n) {
  for (size_t i = 0; i < n; i++) output[i] = x[i] / (1.0f + exp_of(-1.702f * x[i]));
}

CLONES void ctorch_layer_norm(const float *restrict x, const float *restrict weight,
                              const float *restrict bias, float epsilon, float *restrict output,
                              size_t rows, size_t size) {
  const size_t vectors = size / LANES * LANES;
  for (size_t row = 0; row < rows; row++, x += size, output += size) {
    lanes sums = {0};
    for (size_t i = 0; i < vectors; i += LANES) sums += AT(x + i);
    float sum = sum_of(&sums);
    for (size_t i = vectors; i < size; i++) sum += x[i];
    const float mean = sum / (float)size;
    lanes squares = {0};
    for (size_t i = 0; i < vectors; i += LANES) {
      squares += (AT(x + i) - mean) * (AT(x + i) - mean);
    }
    float square = sum_of(&squares);
    for (size_t i = vectors; i < size; i++) square += (x[i] - mean) * (x[i] - mean);
    const float scale = 1 / sqrtf(square / (float)size + epsilon);
    for (size_t i = 0; i < size; i++) output[i] = (x[i] - mean) * scale * weight[i] + bias[i];
  }
}
