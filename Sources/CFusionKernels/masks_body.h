// Included once for float and once for double: REAL is the type of a task vector's values. What
// decides a mask is computed in REAL and in the order of the models, as the reference does.

// best = x where |x| is at least |best|
CK_CLONES void NAME(ck_larger)(const REAL *x, double *best, size_t n) {
  for (size_t i = 0; i < n; i++) {
    double value = (double)x[i];
    double magnitude = value < 0 ? -value : value;
    double held = best[i] < 0 ? -best[i] : best[i];
    best[i] = magnitude >= held ? value : best[i];
  }
}

CK_INLINE void NAME(sum)(const REAL *const *deltas, size_t models, size_t from, size_t n, REAL *sum) {
  for (size_t i = 0; i < n; i++) sum[i] = 0;
  for (size_t m = 0; m < models; m++) {
    const REAL *x = deltas[m] + from;
    for (size_t i = 0; i < n; i++) sum[i] += x[i];
  }
}

CK_CLONES void NAME(ck_tall_count)(const REAL *const *deltas, size_t models, size_t task, const REAL *base,
                                   REAL factor, size_t n, float *counts) {
  REAL sum[RUN];
  for (size_t from = 0; from < n; from += RUN) {
    size_t run = n - from < RUN ? n - from : RUN;
    const REAL *own = deltas[task] + from;
    float *out = counts + from;
    NAME(sum)(deltas, models, from, run, sum);
    for (size_t i = 0; i < run; i++) {
      REAL near = base ? base[from + i] - own[i] : own[i];
      REAL far = sum[i] - own[i];
      near = near < 0 ? -near : near;
      far = far < 0 ? -far : far;
      out[i] += near > far * factor ? 1.0f : 0.0f;
    }
  }
}

CK_CLONES void NAME(ck_conflict)(const REAL *const *deltas, size_t models, size_t n, double *out) {
  REAL sum[RUN];
  for (size_t from = 0; from < n; from += RUN) {
    size_t run = n - from < RUN ? n - from : RUN;
    for (size_t i = 0; i < run; i++) sum[i] = 0;
    for (size_t a = 0; a < models; a++) {
      for (size_t b = 0; b < models; b++) {
        if (a == b) continue;
        const REAL *x = deltas[a] + from;
        const REAL *y = deltas[b] + from;
        for (size_t i = 0; i < run; i++) {
          REAL product = x[i] * y[i];
          sum[i] += product < 0 ? -product : product;
        }
      }
    }
    for (size_t i = 0; i < run; i++) out[from + i] = (double)sum[i];
  }
}

CK_CLONES void NAME(ck_unify)(const REAL *const *deltas, size_t models, size_t n, double *unified) {
  REAL sum[RUN];
  REAL most[RUN];
  for (size_t from = 0; from < n; from += RUN) {
    size_t run = n - from < RUN ? n - from : RUN;
    NAME(sum)(deltas, models, from, run, sum);
    for (size_t i = 0; i < run; i++) {
      sum[i] = sum[i] > 0 ? 1 : -1;
      most[i] = 0;
    }
    for (size_t m = 0; m < models; m++) {
      const REAL *x = deltas[m] + from;
      for (size_t i = 0; i < run; i++) {
        REAL along = x[i] * sum[i];
        most[i] = along > most[i] ? along : most[i];
      }
    }
    for (size_t i = 0; i < run; i++) unified[from + i] = (double)(most[i] * sum[i]);
  }
}

// values = 0 where x does not have their sign
CK_CLONES void NAME(ck_keep_agreeing)(const REAL *x, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) {
    int agrees = (x[i] > 0 && values[i] > 0) || (x[i] < 0 && values[i] < 0);
    values[i] = agrees ? values[i] : 0;
  }
}
