#include <string.h>

#include "CFileIO.h"

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

// 32 lanes take four bytes each in turn. A step maps the lane's state one to one for any given word,
// and the word one to one for any given state: a single changed word always shows.
typedef uint32_t lanes __attribute__((vector_size(32)));
enum { GROUPS = 4, WIDTH = sizeof(lanes) / sizeof(uint32_t) };

static inline uint64_t step(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * 0x9E3779B97F4A7C15u;
  return sum << 29 | sum >> 35;
}

static inline uint64_t mixed(uint64_t x) {
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93u;
  return x ^ x >> 32;
}

CLONES uint64_t cfile_checksum(const void *bytes, size_t count) {
  const unsigned char *from = bytes;
  lanes state[GROUPS];
  for (int g = 0; g < GROUPS; g++) {
    for (int i = 0; i < WIDTH; i++) state[g][i] = (uint32_t)(g * WIDTH + i + 1);
  }
  size_t done = 0;
  for (; count - done >= sizeof state; done += sizeof state) {
    lanes words[GROUPS];
    memcpy(words, from + done, sizeof words);
    for (int g = 0; g < GROUPS; g++) {
      const lanes product = (state[g] ^ words[g]) * 0x9E3779B1u;
      state[g] = product << 13 | product >> 19;
    }
  }
  uint64_t sum = mixed(count);
  while (done < count) {
    const size_t part = count - done < 8 ? count - done : 8;
    uint64_t word = 0;
    memcpy(&word, from + done, part);
    sum = mixed(step(sum, word));
    done += part;
  }
  for (int g = 0; g < GROUPS; g++) {
    for (int i = 0; i < WIDTH; i++) sum = mixed(step(sum, state[g][i]));
  }
  return sum;
}
