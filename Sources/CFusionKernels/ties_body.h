// Included once for float and once for double: REAL is the type of a task vector's values.

enum { NAME(RUN) = 512 };

// The sum over models, in their order and in REAL, decides the sign: the reference sums so too.
CK_INLINE void NAME(elect)(const REAL *const *deltas, const REAL *cuts, size_t models, size_t from, size_t n,
                           REAL *sum) {
  for (size_t i = 0; i < n; i++) sum[i] = 0;
  for (size_t m = 0; m < models; m++) {
    const REAL *x = deltas[m] + from;
    REAL cut = cuts[m];
    for (size_t i = 0; i < n; i++) {
      REAL magnitude = x[i] < 0 ? -x[i] : x[i];
      sum[i] += magnitude >= cut ? x[i] : 0;
    }
  }
}

CK_CLONES void NAME(ck_ties_vote)(const REAL *const *deltas, const REAL *cuts, size_t models, size_t n,
                                  int64_t *votes) {
  REAL sum[NAME(RUN)];
  int64_t total = 0;
  for (size_t from = 0; from < n; from += NAME(RUN)) {
    size_t run = n - from < NAME(RUN) ? n - from : NAME(RUN);
    NAME(elect)(deltas, cuts, models, from, run, sum);
    int32_t signs = 0;
    for (size_t i = 0; i < run; i++) signs += (sum[i] > 0) - (sum[i] < 0);
    total += signs;
  }
  *votes += total;
}

CK_CLONES size_t NAME(ck_ties_outlook)(const REAL *const *deltas, const REAL *lows, const REAL *highs,
                                       size_t models, size_t n, int64_t *votes, uint32_t *open) {
  // Sums of what the highest and the lowest cuts keep, as `elect` takes them; values between the cuts.
  REAL least[NAME(RUN)], most[NAME(RUN)], between[NAME(RUN)];
  int64_t total = 0;
  size_t found = 0;
  for (size_t from = 0; from < n; from += NAME(RUN)) {
    size_t run = n - from < NAME(RUN) ? n - from : NAME(RUN);
    for (size_t i = 0; i < run; i++) least[i] = most[i] = between[i] = 0;
    for (size_t m = 0; m < models; m++) {
      const REAL *x = deltas[m] + from;
      REAL low = lows[m], high = highs[m];
      for (size_t i = 0; i < run; i++) {
        REAL magnitude = x[i] < 0 ? -x[i] : x[i];
        least[i] += magnitude >= high ? x[i] : 0;
        most[i] += magnitude >= low ? x[i] : 0;
        between[i] += magnitude >= low && magnitude < high ? 1 : 0;
      }
    }
    int32_t signs = 0, is_open = 0;
    for (size_t i = 0; i < run; i++) {
      int32_t sign = (least[i] > 0) - (least[i] < 0);
      int32_t other = (most[i] > 0) - (most[i] < 0);
      int32_t is_closed = between[i] == 0 || (between[i] == 1 && sign == other);
      signs += is_closed ? sign : 0;
      is_open += 1 - is_closed;
      between[i] = is_closed ? 0 : 1;
    }
    total += signs;
    for (size_t i = 0; is_open > 0 && i < run; i++) {
      open[found] = (uint32_t)(from + i);
      found += between[i] != 0;
    }
  }
  *votes += total;
  return found;
}

CK_CLONES void NAME(ck_ties_merge)(const REAL *const *deltas, const REAL *cuts, size_t models, size_t n,
                                   int majority, ck_ties_merge function, double *merged) {
  REAL sum[NAME(RUN)];
  REAL kept[NAME(RUN)];
  for (size_t from = 0; from < n; from += NAME(RUN)) {
    size_t run = n - from < NAME(RUN) ? n - from : NAME(RUN);
    double *out = merged + from;
    NAME(elect)(deltas, cuts, models, from, run, sum);
    // sum becomes the elected sign: +1 takes positive values, -1 negative ones. Without a sign, sum
    // and mean take the negative ones and max nothing: the reference multiplies its maximum by 0.
    REAL none = function == CK_TIES_MAX ? 0 : -1;
    for (size_t i = 0; i < run; i++) {
      REAL sign = sum[i] == 0 ? (REAL)majority : sum[i];
      sum[i] = sign > 0 ? 1 : sign < 0 ? -1 : none;
      kept[i] = 0;
      out[i] = 0;
    }
    for (size_t m = 0; m < models; m++) {
      const REAL *x = deltas[m] + from;
      REAL cut = cuts[m];
      switch (function) {
        case CK_TIES_SUM:
          for (size_t i = 0; i < run; i++) {
            REAL along = x[i] * sum[i];
            out[i] += along > 0 && along >= cut ? (double)x[i] : 0.0;
          }
          break;
        case CK_TIES_MEAN:
          for (size_t i = 0; i < run; i++) {
            REAL along = x[i] * sum[i];
            out[i] += along > 0 && along >= cut ? (double)x[i] : 0.0;
            kept[i] += along > 0 && along >= cut ? 1 : 0;
          }
          break;
        case CK_TIES_MAX:
          for (size_t i = 0; i < run; i++) {
            REAL along = x[i] * sum[i];
            REAL candidate = along >= cut ? along : 0;
            kept[i] = candidate > kept[i] ? candidate : kept[i];
          }
          break;
      }
    }
    if (function == CK_TIES_MEAN) {
      for (size_t i = 0; i < run; i++) out[i] /= kept[i] > 1 ? (double)kept[i] : 1.0;
    } else if (function == CK_TIES_MAX) {
      for (size_t i = 0; i < run; i++) out[i] = (double)(kept[i] * sum[i]);
    }
  }
}
