// Included once for float and once for double: REAL is the type of the values. Every lane adds up
// its own elements in ascending order, and the lanes are folded in a fixed tree.

CK_CLONES double NAME(ck_sum)(const REAL *x, size_t n) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++) lanes[j] += (double)x[i + j];
  for (size_t j = 0; i + j < n; j++) lanes[j] += (double)x[i + j];
  return ck_fold(lanes);
}

CK_CLONES double NAME(ck_sum_abs)(const REAL *x, size_t n) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++) lanes[j] += __builtin_fabs((double)x[i + j]);
  for (size_t j = 0; i + j < n; j++) lanes[j] += __builtin_fabs((double)x[i + j]);
  return ck_fold(lanes);
}

CK_CLONES double NAME(ck_dot)(const REAL *x, const REAL *y, size_t n) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++) lanes[j] += (double)x[i + j] * (double)y[i + j];
  for (size_t j = 0; i + j < n; j++) lanes[j] += (double)x[i + j] * (double)y[i + j];
  return ck_fold(lanes);
}
