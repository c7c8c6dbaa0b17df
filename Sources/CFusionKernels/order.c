#include <string.h>

#include "CFusionKernels.h"
#include "bits.h"

// Sorts by one byte after the other, from the lowest; bytes that all patterns share are left out,
// which for values of float or bfloat16 are most.
void ck_magnitude_order(const double *values, size_t n, uint64_t *scratch, size_t *order) {
  size_t counts[8][256];
  memset(counts, 0, sizeof counts);
  uint64_t *keys = scratch, *other_keys = scratch + n;
  size_t *places = (size_t *)(scratch + 2 * n), *other_places = order;
  for (size_t i = 0; i < n; i++) {
    uint64_t key = ck_bits_f64(values[i]) & 0x7FFFFFFFFFFFFFFFull;
    keys[i] = key;
    places[i] = i;
    for (int byte = 0; byte < 8; byte++) counts[byte][key >> 8 * byte & 255]++;
  }
  for (int byte = 0; byte < 8; byte++) {
    if (n == 0 || counts[byte][keys[0] >> 8 * byte & 255] == n) continue;
    size_t start = 0;
    for (int digit = 0; digit < 256; digit++) {
      size_t count = counts[byte][digit];
      counts[byte][digit] = start;
      start += count;
    }
    for (size_t i = 0; i < n; i++) {
      size_t place = counts[byte][keys[i] >> 8 * byte & 255]++;
      other_keys[place] = keys[i];
      other_places[place] = places[i];
    }
    uint64_t *key_swap = keys;
    keys = other_keys;
    other_keys = key_swap;
    size_t *place_swap = places;
    places = other_places;
    other_places = place_swap;
  }
  if (places != order) memcpy(order, places, n * sizeof *order);
}

void ck_drop_by_rank(double *values, const size_t *order, const uint32_t *draws, size_t n,
                     double least, double spread, int rescale) {
  for (size_t rank = 0; rank < n; rank++) {
    size_t i = order[rank];
    double share = n > 1 ? (double)rank / (double)(n - 1) : 0.5;
    double probability = least + spread * share;
    if ((double)draws[i] >= probability * 0x1p32) {
      values[i] = 0;
    } else if (rescale) {
      values[i] /= probability;
    }
  }
}

CK_CLONES void ck_mix_rows(const double *const *rows, const double *weights, size_t models, size_t n,
                           int elects, int normalize, double lambda, double *result) {
  double total = 0;
  for (size_t m = 0; m < models; m++) total += weights[m];
  double common = __builtin_fabs(total) < 1e-8 ? 1 : total;
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t m = 0; m < models; m++) sum += weights[m] * rows[m][i];
    double taken = sum, divisor = common;
    if (elects) {
      taken = divisor = 0;
      for (size_t m = 0; m < models; m++) {
        double value = weights[m] * rows[m][i];
        int agrees = value != value || (sum >= 0 ? value > 0 : value < 0);
        taken += agrees ? value : 0;
        divisor += agrees ? weights[m] : 0;
      }
      divisor = divisor == 0 ? 1 : divisor;
    }
    result[i] += lambda * (normalize ? taken / divisor : taken);
  }
}
