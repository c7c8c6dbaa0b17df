#ifndef CLINEARALGEBRA_H
#define CLINEARALGEBRA_H

#include <stddef.h>

// BLAS and LAPACK of OpenBLAS, which is loaded when it is first needed and not linked: at every
// start of the command it would cost 7 ms.
//
// Matrices are column-major, as in Fortran. No argument is checked here: the callers give sizes
// that fit, so LAPACK never finds an argument to complain about on standard output. A function
// with a result returns LAPACK's `info`. `type` is 's' for float and 'd' for double.

/// Loads the library at `path`, or by its usual names when `path` is NULL, and sets it to one
/// thread. Returns 0; otherwise writes the reason to `reason`, which has `capacity` bytes.
///
/// Must not be called by two threads at once.
int cla_load(const char *path, char *reason, size_t capacity);

/// What the library says of itself: version, build options, kernels in use.
const char *cla_description(void);

// C = alpha op(A) op(B) + beta C, with op(A) of m by k and op(B) of k by n; 'N' or 'T'.
void cla_gemm(char type, char opa, char opb, int m, int n, int k, double alpha, const void *a,
              int lda, const void *b, int ldb, double beta, void *c, int ldc);

// The lower triangle of C = A Aᵀ ('N', A is n by k) or Aᵀ A ('T', A is k by n).
void cla_syrk(char type, char op, int n, int k, const void *a, int lda, void *c, int ldc);

// The tridiagonal form of a symmetric matrix, given by its lower triangle.
int cla_sytrd(char type, int n, void *a, int lda, void *d, void *e, void *tau, void *work,
              int lwork);

// All eigenvectors of a tridiagonal matrix by divide and conquer, ascending.
int cla_stedc(char type, int n, void *d, void *e, void *z, int ldz, void *work, int lwork,
              int *iwork, int liwork);

// All eigenvalues of a tridiagonal matrix, ascending, in place of the diagonal.
int cla_sterf(int n, double *d, double *e);

// Eigenvectors `first` to `last` (from 1, ascending) of a tridiagonal matrix by relatively robust
// representations. `found` receives their number.
int cla_stemr(char type, int n, void *d, void *e, int first, int last, int *found, void *w, void *z,
              int ldz, int *support, void *work, int lwork, int *iwork, int liwork);

// The thin singular value decomposition of A (m by n) by divide and conquer.
int cla_gesdd(char type, int m, int n, void *a, int lda, void *s, void *u, int ldu, void *vt,
              int ldvt, void *work, int lwork, int *iwork);

// The same by QR steps: slower, and it converges where divide and conquer does not.
int cla_gesvd(char type, int m, int n, void *a, int lda, void *s, void *u, int ldu, void *vt,
              int ldvt, void *work, int lwork);

// A = L Q for A of m by n, m <= n: L in the lower triangle.
int cla_gelqf(char type, int m, int n, void *a, int lda, void *tau, void *work, int lwork);

// The m rows of the Q of cla_gelqf, in place of A.
int cla_orglq(char type, int m, int n, void *a, int lda, const void *tau, void *work, int lwork);

// X with op(L) X = B in place of B (n by k), for the lower triangle of L (n by n).
void cla_trsm(char type, char op, int n, int k, const void *l, int ldl, void *b, int ldb);

// Leading eigenpairs of a symmetric tridiagonal matrix with diagonal d and off-diagonal e, whose
// elements are finite and of magnitude up to 1.

/// The `count` largest eigenvalues, descending, by bisection to a unit in the last place of the
/// largest magnitude. `work` has n numbers.
void cla_bisect(int n, const double *d, const double *e, int count, double *values, double *work);

/// Unit vectors from twisted factorisations, row i for values[i]: accurate where an eigenvalue is
/// alone, anything within a cluster's space where it is not, perhaps the same for all of it. `work`
/// has 16 n numbers and is aligned to 32 bytes.
void cla_twisted(int n, const double *d, const double *e, int count, const double *values,
                 double *z, double *work);

/// The largest length of (T - values[i]) z_i for the rows z_i; NaN if there is one.
double cla_tridiagonal_residual(int n, const double *d, const double *e, int count,
                                const double *values, const double *z);

/// Makes every row of z orthogonal to those before it whose values[i] is less than `gap` larger.
/// Returns 0; otherwise there are more than `limit` such pairs, or rows that nearly depend on each
/// other.
int cla_separate(int n, int count, const double *values, double gap, size_t limit, double *z);

// Loops over elements. Sums are taken in double, in an order that follows from the sizes alone.

/// Copies the lower triangle of a column-major n by n matrix to the upper one.
void cla_mirror(char type, int n, void *a);

/// Number of NaN and infinite values, and the position of the first.
size_t cla_nonfinite(char type, size_t count, const void *a, size_t *first);

/// The largest magnitude; 0 for no elements. NaN is passed over.
double cla_largest(char type, size_t count, const void *a);

/// Multiplies row i, of `columns` elements, by factors[i].
void cla_scale_rows(char type, size_t rows, size_t columns, const double *factors, void *a);

/// sums[i] = the sum of the products of the elements of row i of a and b.
void cla_row_dots(char type, size_t rows, size_t columns, const void *a, const void *b,
                  double *sums);

/// b += factor a
void cla_add_scaled(char type, size_t count, double factor, const void *a, void *b);

/// One step of Adam with β 0.9 and 0.999 and ε 1e-8: moves the running means of the gradient and of
/// its square, and x -= size · mean / (√square / root + ε).
void cla_adam(char type, size_t count, double size, double root, const void *gradient, void *mean,
              void *square, void *x);

/// Adds factors[i] times row i of `a` to row i of `b`.
void cla_add_rows(size_t rows, size_t columns, const double *factors, const double *a, double *b);

/// c += factor (a + b) where the magnitude of a is at least `cut`.
void cla_add_masked(size_t count, double factor, double cut, const double *a, const double *b,
                    double *c);

/// b = factor a, rounded once where the factor is a power of two.
void cla_narrow(size_t count, double factor, const double *a, float *b);

/// b = a
void cla_widen(size_t count, const float *a, double *b);

/// b += factor a
void cla_add_widened(size_t count, double factor, const float *a, double *b);

#endif
