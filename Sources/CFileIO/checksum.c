#include <string.h>

#include "CFileIO.h"

// Four lanes take eight bytes each in turn. A step maps the lane's state one to one for any given
// word, and the word one to one for any given state: a single changed word always shows.
static const uint64_t odd = 0x9E3779B97F4A7C15u;

static inline uint64_t step(uint64_t lane, uint64_t word) {
  lane = (lane ^ word) * odd;
  return lane << 29 | lane >> 35;
}

static inline uint64_t mixed(uint64_t x) {
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93u;
  return x ^ x >> 32;
}

uint64_t cfile_checksum(const void *bytes, size_t count) {
  const unsigned char *from = bytes;
  uint64_t lanes[4] = {1, 2, 3, 4};
  size_t done = 0;
  for (; count - done >= sizeof lanes; done += sizeof lanes) {
    uint64_t words[4];
    memcpy(words, from + done, sizeof words);
    for (int i = 0; i < 4; i++) lanes[i] = step(lanes[i], words[i]);
  }
  uint64_t sum = mixed(count);
  while (done < count) {
    const size_t part = count - done < 8 ? count - done : 8;
    uint64_t word = 0;
    memcpy(&word, from + done, part);
    sum = mixed(step(sum, word));
    done += part;
  }
  for (int i = 0; i < 4; i++) sum = mixed(step(sum, lanes[i]));
  return sum;
}
