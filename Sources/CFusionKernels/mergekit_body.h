// Included once for float and once for double: REAL is the type of values and task vectors.

CK_CLONES void NAME(ck_vector_products)(const REAL *x, const REAL *y, size_t n, size_t first, size_t length,
                                        int strided, double *products) {
  for (size_t i = 0; i < n; i++) {
    double *p = products + 3 * (strided ? (first + i) % length : (first + i) / length);
    p[0] += (double)x[i] * (double)x[i];
    p[1] += (double)y[i] * (double)y[i];
    p[2] += (double)x[i] * (double)y[i];
  }
}

CK_CLONES void NAME(ck_vector_mix)(const REAL *x, const REAL *y, size_t n, size_t first, size_t length,
                                   int strided, const double *weights, double *sum) {
  for (size_t i = 0; i < n; i++) {
    const double *w = weights + 2 * (strided ? (first + i) % length : (first + i) / length);
    sum[i] += w[0] * (double)x[i] + w[1] * (double)y[i];
  }
}

CK_CLONES void NAME(ck_nearswap)(const REAL *base, const REAL *x, double t, double *merged, size_t n) {
  for (size_t i = 0; i < n; i++) {
    double distance = __builtin_fabs((double)x[i] - (double)base[i]);
    double weight = distance <= t ? 1 : t / distance;
    merged[i] = weight * (double)x[i] + (1 - weight) * (double)base[i];
  }
}

// A NaN is active, so that it reaches the result.
CK_INLINE int NAME(is_active)(REAL x, REAL epsilon) { return !((x < 0 ? -x : x) <= epsilon); }

CK_CLONES void NAME(ck_ram_counts)(const REAL *const *deltas, size_t models, size_t n, double epsilon,
                                   double *shared, double *unique) {
  for (size_t i = 0; i < n; i++) {
    size_t active = 0;
    for (size_t m = 0; m < models; m++) active += NAME(is_active)(deltas[m][i], (REAL)epsilon);
    for (size_t m = 0; m < models; m++) {
      int here = NAME(is_active)(deltas[m][i], (REAL)epsilon);
      shared[m] += here && active > 1;
      unique[m] += here && active == 1;
    }
  }
}

CK_CLONES void NAME(ck_ram_merge)(const REAL *const *deltas, size_t models, size_t n, double epsilon,
                                  const double *scales, double *merged) {
  for (size_t i = 0; i < n; i++) {
    size_t active = 0;
    double sum = 0, scale = 1;
    for (size_t m = 0; m < models; m++) {
      if (!NAME(is_active)(deltas[m][i], (REAL)epsilon)) continue;
      active++;
      sum += (double)deltas[m][i];
      scale = scales[m];
    }
    merged[i] = active == 1 ? scale * sum : active ? sum / (double)active : 0;
  }
}

// Welford's recurrence in double, rounded to REAL: the bits of PyTorch's var over the models.
CK_CLONES void NAME(ck_variance)(const REAL *const *deltas, size_t models, size_t n, double *variance) {
  for (size_t i = 0; i < n; i++) {
    double mean = 0, square = 0;
    for (size_t m = 0; m < models; m++) {
      double difference = (double)deltas[m][i] - mean;
      mean += difference / (double)(m + 1);
      square += difference * ((double)deltas[m][i] - mean);
    }
    variance[i] = (double)(REAL)(square / (double)models);
  }
}

CK_CLONES void NAME(ck_zero_before)(REAL *x, size_t n, uint64_t first, uint64_t pattern, uint64_t element,
                                    int before) {
  for (size_t i = 0; i < n; i++) {
    uint64_t bits = NAME(ck_bits)(x[i]) & (((uint64_t)1 << (8 * sizeof(REAL) - 1)) - 1);
    int is_before = bits < pattern || (bits == pattern && first + i < element);
    x[i] = is_before == before ? 0 : x[i];
  }
}

CK_CLONES void NAME(ck_zero_by_key)(const double *keys, REAL *x, size_t n, uint64_t first, uint64_t pattern,
                                    uint64_t element) {
  for (size_t i = 0; i < n; i++) {
    uint64_t bits = ck_bits_f64(keys[i]) & 0x7FFFFFFFFFFFFFFFull;
    x[i] = bits < pattern || (bits == pattern && first + i < element) ? 0 : x[i];
  }
}

CK_CLONES void NAME(ck_consensus)(const REAL *const *deltas, const double *signs, const double *weights,
                                  size_t models, size_t n, ck_sign_vote vote, double *merged,
                                  double *total) {
  for (size_t i = 0; i < n; i++) {
    REAL sum = 0;
    for (size_t m = 0; m < models; m++) {
      REAL x = deltas[m][i] * (REAL)signs[m];
      sum += vote == CK_VOTE_COUNT ? (REAL)((x > 0) - (x < 0)) : x;
    }
    double value = 0, weight = 0;
    for (size_t m = 0; m < models; m++) {
      REAL x = deltas[m][i] * (REAL)signs[m];
      int agrees = vote == CK_VOTE_NONE || x != x || (sum >= 0 ? x > 0 : x < 0);
      value += agrees ? weights[m] * (double)deltas[m][i] : 0;
      weight += agrees ? weights[m] : 0;
    }
    merged[i] = value;
    total[i] = weight;
  }
}
