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

enum { LANES = 8, ROWS = 6 };
typedef float lanes
    __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

// The vector that starts at a float.
#define AT(float_pointer) (*(lanes *)(float_pointer))

// The least multiple of `unit` that is not below n.
INLINE size_t whole(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

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

// ROWS rows of a product, `vectors` vectors of each; `vectors` is a constant.
INLINE void product_tile(const float *left, const float *right, float *output, size_t columns,
                         size_t inner, size_t step, size_t vectors) {
  lanes sums[ROWS][2] = {{{0}}};
  for (size_t k = 0; k < inner; k++) {
    for (size_t i = 0; i < ROWS; i++) {
      for (size_t j = 0; j < vectors; j++) {
        sums[i][j] += AT(right + k * columns + j * LANES) * left[i * step + k];
      }
    }
  }
  for (size_t i = 0; i < ROWS; i++) {
    for (size_t j = 0; j < vectors; j++) AT(output + i * columns + j * LANES) = sums[i][j];
  }
}

// output[rows][columns] = left[rows][inner] right[inner][columns], where a row of `left` has room
// for `step`; `rows` is a multiple of ROWS, `columns` one of LANES.
INLINE void product(const float *left, const float *right, float *output, size_t rows,
                    size_t columns, size_t inner, size_t step) {
  for (size_t i = 0; i < rows; i += ROWS, left += ROWS * step, output += ROWS * columns) {
    size_t j = 0;
    for (; j + 2 * LANES <= columns; j += 2 * LANES) {
      product_tile(left, right + j, output + j, columns, inner, step, 2);
    }
    if (j < columns) product_tile(left, right + j, output + j, columns, inner, step, 1);
  }
}

// Softmax of a row of n, which has room for `columns`, whole vectors; zeros beyond n.
INLINE void softmax(float *row, size_t n, size_t columns) {
  for (size_t i = n; i < columns; i++) row[i] = row[0];
  float largest[LANES];
  memcpy(largest, row, sizeof largest);
  for (size_t i = LANES; i < columns; i += LANES) {
    for (size_t j = 0; j < LANES; j++) {
      largest[j] = row[i + j] > largest[j] ? row[i + j] : largest[j];
    }
  }
  float top = largest[0];
  for (size_t j = 1; j < LANES; j++) top = largest[j] > top ? largest[j] : top;
  for (size_t i = 0; i < columns; i++) row[i] = exp_of(row[i] - top);
  for (size_t i = n; i < columns; i++) row[i] = 0;
  lanes sums = {0};
  for (size_t i = 0; i < columns; i += LANES) sums += AT(row + i);
  const float share = 1 / sum_of(&sums);
  for (size_t i = 0; i < columns; i++) row[i] *= share;
}

size_t ctorch_attention_scratch(ctorch_attention_sizes sizes) {
  const size_t rows = whole(sizes.asking, ROWS), columns = whole(sizes.tokens, LANES);
  const size_t width = whole(sizes.head_size, LANES);
  return sizes.head_size * (rows + columns) + sizes.tokens * width + rows * (columns + width);
}

CLONES void ctorch_attention(ctorch_attention_sizes sizes, const float *queries, const float *keys,
                             const float *values, float *output, float *scratch) {
  const size_t asking = sizes.asking, tokens = sizes.tokens, size = sizes.head_size;
  const size_t hidden = sizes.heads * size, rows = whole(asking, ROWS);
  const size_t columns = whole(tokens, LANES), width = whole(size, LANES);
  // What belongs to one head, zeros around it.
  float *asked = scratch;                  // [rows][size], queries
  float *turned = asked + rows * size;     // [size][columns], keys
  float *held = turned + size * columns;   // [tokens][width], values
  float *scores = held + tokens * width;   // [rows][columns]
  float *mixed = scores + rows * columns;  // [rows][width]
  const float scale = 1 / sqrtf((float)size);
  memset(scratch, 0, (size_t)(scores - scratch) * sizeof(float));
  for (size_t head = 0; head < sizes.heads; head++) {
    const size_t first = head * size;
    for (size_t i = 0; i < asking; i++) {
      for (size_t j = 0; j < size; j++) {
        asked[i * size + j] = queries[i * hidden + first + j] * scale;
      }
    }
    for (size_t i = 0; i < tokens; i++) {
      for (size_t j = 0; j < size; j++) turned[j * columns + i] = keys[i * hidden + first + j];
      memcpy(held + i * width, values + i * hidden + first, size * sizeof(float));
    }
    product(asked, turned, scores, rows, columns, size, size);
    for (size_t i = 0; i < asking; i++) softmax(scores + i * columns, tokens, columns);
    product(scores, held, mixed, rows, width, tokens, columns);
    for (size_t i = 0; i < asking; i++) {
      memcpy(output + i * hidden + first, mixed + i * width, size * sizeof(float));
    }
  }
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
