#define _GNU_SOURCE
#include "CLinearAlgebra.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

// Fortran's calling convention: everything by address, and the length of each text at the end.
#define TEXT size_t

#define PRECISIONS(F) F(s, float) F(d, double)

#define DECLARE(p, T)                                                                              \
  static void (*p##gemm)(const char *, const char *, const int *, const int *, const int *,        \
                         const T *, const T *, const int *, const T *, const int *, const T *,     \
                         T *, const int *, TEXT, TEXT);                                            \
  static void (*p##syrk)(const char *, const char *, const int *, const int *, const T *,          \
                         const T *, const int *, const T *, T *, const int *, TEXT, TEXT);         \
  static void (*p##sytrd)(const char *, const int *, T *, const int *, T *, T *, T *, T *,         \
                          const int *, int *, TEXT);                                               \
  static void (*p##stedc)(const char *, const int *, T *, T *, T *, const int *, T *, const int *, \
                          int *, const int *, int *, TEXT);                                        \
  static void (*p##sterf)(const int *, T *, T *, int *);                                           \
  static void (*p##stemr)(const char *, const char *, const int *, T *, T *, const T *, const T *, \
                          const int *, const int *, int *, T *, T *, const int *, const int *,     \
                          int *, int *, T *, const int *, int *, const int *, int *, TEXT, TEXT);  \
  static void (*p##trsm)(const char *, const char *, const char *, const char *, const int *,      \
                         const int *, const T *, const T *, const int *, T *, const int *, TEXT,   \
                         TEXT, TEXT, TEXT);                                                        \
  static void (*p##gesdd)(const char *, const int *, const int *, T *, const int *, T *, T *,      \
                          const int *, T *, const int *, T *, const int *, int *, int *, TEXT);    \
  static void (*p##gesvd)(const char *, const char *, const int *, const int *, T *, const int *,  \
                          T *, T *, const int *, T *, const int *, T *, const int *, int *, TEXT,  \
                          TEXT);                                                                   \
  static void (*p##gelqf)(const int *, const int *, T *, const int *, T *, T *, const int *,       \
                          int *);                                                                  \
  static void (*p##orglq)(const int *, const int *, const int *, T *, const int *, const T *, T *, \
                          const int *, int *);
PRECISIONS(DECLARE)

static void (*set_threads)(int);
static char *(*get_config)(void);
static void *library;

static void *symbol(const char *name, char *reason, size_t capacity) {
  void *found = dlsym(library, name);
  if (!found) snprintf(reason, capacity, "it has no function %s", name);
  return found;
}

#define FIND(p, name) \
  if (!(*(void **)&p##name = symbol(#p #name "_", reason, capacity))) return -1;
#define FIND_ALL(p, T)                                                                             \
  FIND(p, gemm)                                                                                    \
  FIND(p, syrk) FIND(p, sytrd) FIND(p, stedc) FIND(p, sterf) FIND(p, stemr) FIND(p, trsm)          \
      FIND(p, gesdd) FIND(p, gesvd) FIND(p, gelqf) FIND(p, orglq)

static int open_library(const char *path, char *reason, size_t capacity) {
  const char *names[] = {path ? path : "libopenblas.so.0", path ? NULL : "libopenblas.so", NULL};
  for (int i = 0; names[i] && !library; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library && i == 0) {
      const char *why = dlerror();
      snprintf(reason, capacity, "%s", why ? why : "no reason given");
    }
  }
  return library ? 0 : -1;
}

int cla_load(const char *path, char *reason, size_t capacity) {
#if defined(__x86_64__)
  // The same kernels on every CPU that has AVX2, so that unlike hosts compute the same bits.
  // Whoever sets it decides.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    setenv("OPENBLAS_CORETYPE", "Haswell", 0);
#endif
  if (open_library(path, reason, capacity) != 0) return -1;
  PRECISIONS(FIND_ALL)
  *(void **)&set_threads = symbol("openblas_set_num_threads", reason, capacity);
  *(void **)&get_config = symbol("openblas_get_config", reason, capacity);
  if (!set_threads || !get_config) return -1;
  // Ranks and their threads take one matrix each: no threads within a call. A matrix is computed
  // in the same way wherever that happens.
  set_threads(1);
  return 0;
}

const char *cla_description(void) { return get_config(); }

#define DEFINE(p, T)                                                                               \
  static void call_##p##gemm(char opa, char opb, int m, int n, int k, double alpha, const void *a, \
                             int lda, const void *b, int ldb, double beta, void *c, int ldc) {     \
    const T x = (T)alpha, y = (T)beta;                                                             \
    p##gemm(&opa, &opb, &m, &n, &k, &x, a, &lda, b, &ldb, &y, c, &ldc, 1, 1);                      \
  }                                                                                                \
  static void call_##p##syrk(char op, int n, int k, const void *a, int lda, void *c, int ldc) {    \
    const T one = 1, zero = 0;                                                                     \
    p##syrk("L", &op, &n, &k, &one, a, &lda, &zero, c, &ldc, 1, 1);                                \
  }                                                                                                \
  static int call_##p##sytrd(int n, void *a, int lda, void *d, void *e, void *tau, void *work,     \
                             int lwork) {                                                          \
    int info = 0;                                                                                  \
    p##sytrd("L", &n, a, &lda, d, e, tau, work, &lwork, &info, 1);                                 \
    return info;                                                                                   \
  }                                                                                                \
  static int call_##p##stedc(int n, void *d, void *e, void *z, int ldz, void *work, int lwork,     \
                             int *iwork, int liwork) {                                             \
    int info = 0;                                                                                  \
    p##stedc("I", &n, d, e, z, &ldz, work, &lwork, iwork, &liwork, &info, 1);                      \
    return info;                                                                                   \
  }                                                                                                \
  static int call_##p##stemr(int n, void *d, void *e, int first, int last, int *found, void *w,    \
                             void *z, int ldz, int *support, void *work, int lwork, int *iwork,    \
                             int liwork) {                                                         \
    int info = 0;                                                                                  \
    int columns = last - first + 1, relative = 1;                                                  \
    const T none = 0;                                                                              \
    p##stemr("V", "I", &n, d, e, &none, &none, &first, &last, found, w, z, &ldz, &columns,         \
             support, &relative, work, &lwork, iwork, &liwork, &info, 1, 1);                       \
    return info;                                                                                   \
  }                                                                                                \
  static void call_##p##trsm(char op, int n, int k, const void *l, int ldl, void *b, int ldb) {    \
    const T one = 1;                                                                               \
    p##trsm("L", "L", &op, "N", &n, &k, &one, l, &ldl, b, &ldb, 1, 1, 1, 1);                       \
  }                                                                                                \
  static int call_##p##gesdd(int m, int n, void *a, int lda, void *s, void *u, int ldu, void *vt,  \
                             int ldvt, void *work, int lwork, int *iwork) {                        \
    int info = 0;                                                                                  \
    p##gesdd("S", &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info, 1);          \
    return info;                                                                                   \
  }                                                                                                \
  static int call_##p##gesvd(int m, int n, void *a, int lda, void *s, void *u, int ldu, void *vt,  \
                             int ldvt, void *work, int lwork) {                                    \
    int info = 0;                                                                                  \
    p##gesvd("S", "S", &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, &info, 1, 1);         \
    return info;                                                                                   \
  }                                                                                                \
  static int call_##p##gelqf(int m, int n, void *a, int lda, void *tau, void *work, int lwork) {   \
    int info = 0;                                                                                  \
    p##gelqf(&m, &n, a, &lda, tau, work, &lwork, &info);                                           \
    return info;                                                                                   \
  }                                                                                                \
  static int call_##p##orglq(int m, int n, void *a, int lda, const void *tau, void *work,          \
                             int lwork) {                                                          \
    int info = 0;                                                                                  \
    p##orglq(&m, &n, &m, a, &lda, tau, work, &lwork, &info);                                       \
    return info;                                                                                   \
  }
PRECISIONS(DEFINE)

void cla_gemm(char type, char opa, char opb, int m, int n, int k, double alpha, const void *a,
              int lda, const void *b, int ldb, double beta, void *c, int ldc) {
  if (type == 's')
    call_sgemm(opa, opb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  else
    call_dgemm(opa, opb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cla_syrk(char type, char op, int n, int k, const void *a, int lda, void *c, int ldc) {
  if (type == 's')
    call_ssyrk(op, n, k, a, lda, c, ldc);
  else
    call_dsyrk(op, n, k, a, lda, c, ldc);
}

int cla_sytrd(char type, int n, void *a, int lda, void *d, void *e, void *tau, void *work,
              int lwork) {
  return type == 's' ? call_ssytrd(n, a, lda, d, e, tau, work, lwork)
                     : call_dsytrd(n, a, lda, d, e, tau, work, lwork);
}

int cla_stedc(char type, int n, void *d, void *e, void *z, int ldz, void *work, int lwork,
              int *iwork, int liwork) {
  return type == 's' ? call_sstedc(n, d, e, z, ldz, work, lwork, iwork, liwork)
                     : call_dstedc(n, d, e, z, ldz, work, lwork, iwork, liwork);
}

int cla_sterf(int n, double *d, double *e) {
  int info = 0;
  dsterf(&n, d, e, &info);
  return info;
}

int cla_stemr(char type, int n, void *d, void *e, int first, int last, int *found, void *w, void *z,
              int ldz, int *support, void *work, int lwork, int *iwork, int liwork) {
  return type == 's' ? call_sstemr(n, d, e, first, last, found, w, z, ldz, support, work, lwork,
                                   iwork, liwork)
                     : call_dstemr(n, d, e, first, last, found, w, z, ldz, support, work, lwork,
                                   iwork, liwork);
}

void cla_trsm(char type, char op, int n, int k, const void *l, int ldl, void *b, int ldb) {
  if (type == 's')
    call_strsm(op, n, k, l, ldl, b, ldb);
  else
    call_dtrsm(op, n, k, l, ldl, b, ldb);
}

int cla_gesdd(char type, int m, int n, void *a, int lda, void *s, void *u, int ldu, void *vt,
              int ldvt, void *work, int lwork, int *iwork) {
  return type == 's' ? call_sgesdd(m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork)
                     : call_dgesdd(m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork);
}

int cla_gesvd(char type, int m, int n, void *a, int lda, void *s, void *u, int ldu, void *vt,
              int ldvt, void *work, int lwork) {
  return type == 's' ? call_sgesvd(m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork)
                     : call_dgesvd(m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork);
}

int cla_gelqf(char type, int m, int n, void *a, int lda, void *tau, void *work, int lwork) {
  return type == 's' ? call_sgelqf(m, n, a, lda, tau, work, lwork)
                     : call_dgelqf(m, n, a, lda, tau, work, lwork);
}

int cla_orglq(char type, int m, int n, void *a, int lda, const void *tau, void *work, int lwork) {
  return type == 's' ? call_sorglq(m, n, a, lda, tau, work, lwork)
                     : call_dorglq(m, n, a, lda, tau, work, lwork);
}
