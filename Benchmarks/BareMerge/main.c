// The least that a merge must do, as one would write it down in C: reads N files of bfloat16
// elements once, averages them in float32, writes one file of the same size, and flushes it. Two
// threads; no header is looked at, nothing is checked but the system calls.
//   bare_merge OUTPUT FSYNC(0|1) INPUT…
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

enum { threads = 2, block = 256 << 10, most_inputs = 64 };

static int inputs[most_inputs], count, output;
static size_t size;
static atomic_size_t next;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

CLONES static void add(float *sum, const uint16_t *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const uint32_t bits = (uint32_t)x[i] << 16;
    float value;
    memcpy(&value, &bits, 4);
    sum[i] += value;
  }
}

CLONES static void store(uint16_t *x, const float *sum, float factor, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float value = sum[i] * factor;
    uint32_t bits;
    memcpy(&bits, &value, 4);
    x[i] = (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
  }
}

static void *work(void *unused) {
  (void)unused;
  uint16_t *x = aligned_alloc(4096, block);
  float *sum = aligned_alloc(4096, 2 * block);
  if (!x || !sum) fail("memory");
  for (;;) {
    const size_t start = atomic_fetch_add(&next, block);
    if (start >= size) break;
    const size_t bytes = size - start < block ? size - start : block, n = bytes / 2;
    memset(sum, 0, n * sizeof *sum);
    for (int i = 0; i < count; i++) {
      if (pread(inputs[i], x, bytes, (off_t)start) != (ssize_t)bytes) fail("pread");
      add(sum, x, n);
    }
    store(x, sum, 1.0f / (float)count, n);
    if (pwrite(output, x, bytes, (off_t)start) != (ssize_t)bytes) fail("pwrite");
    // As early as this the disk can begin.
    if (start % (8 << 20) == 0) sync_file_range(output, (off_t)start, 0, SYNC_FILE_RANGE_WRITE);
  }
  free(x);
  free(sum);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 4 || argc - 3 > most_inputs) {
    fprintf(stderr, "usage: bare_merge OUTPUT FSYNC(0|1) INPUT…\n");
    return 2;
  }
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  count = argc - 3;
  for (int i = 0; i < count; i++) {
    inputs[i] = open(argv[i + 3], O_RDONLY);
    struct stat status;
    if (inputs[i] < 0 || fstat(inputs[i], &status) != 0) fail(argv[i + 3]);
    if (i == 0 || (size_t)status.st_size < size) size = (size_t)status.st_size;
  }
  output = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (output < 0) fail(argv[1]);
  if (fallocate(output, 0, 0, (off_t)size) != 0) fail("fallocate");
  pthread_t other[threads - 1];
  for (int i = 0; i < threads - 1; i++) {
    if (pthread_create(&other[i], NULL, work, NULL) != 0) fail("thread");
  }
  work(NULL);
  for (int i = 0; i < threads - 1; i++) pthread_join(other[i], NULL);
  if (argv[2][0] == '1' && fsync(output) != 0) fail("fsync");
  if (close(output) != 0) fail("close");
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.3f\n", (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
  return 0;
}
