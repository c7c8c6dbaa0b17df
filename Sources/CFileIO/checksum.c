// Where the library was built with kernels for several CPUs, this picks among them at run time.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#include "CFileIO.h"

uint64_t cfile_checksum(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

void *cfile_xxh128_create(void) {
  XXH3_state_t *state = XXH3_createState();
  if (state) XXH3_128bits_reset(state);
  return state;
}

void cfile_xxh128_update(void *state, const void *bytes, size_t count) {
  XXH3_128bits_update(state, bytes, count);
}

void cfile_xxh128_finish(const void *state, uint64_t halves[2]) {
  const XXH128_hash_t sum = XXH3_128bits_digest(state);
  halves[0] = sum.high64;
  halves[1] = sum.low64;
}

void cfile_xxh128_free(void *state) { XXH3_freeState(state); }
