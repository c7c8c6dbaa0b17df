#ifndef CFILEIO_H
#define CFILEIO_H

#include <stddef.h>
#include <stdint.h>

// Linux file calls that Swift's Glibc module does not show. Each returns 0 or an errno value.

/// Reserves `size` bytes of disk for the file, without ever writing zeros: EOPNOTSUPP where the
/// file system cannot.
int cfile_reserve(int descriptor, int64_t size);

/// Starts write-back of dirty pages in the range and does not wait for it.
int cfile_start_writeback(int descriptor, int64_t offset, int64_t length);

/// Takes an exclusive lock on the whole file that belongs to the open file description and ends
/// with it; EAGAIN when another one holds it.
int cfile_lock(int descriptor);

/// The flag of open(2) that reads past the page cache.
int cfile_direct_flag(void);

/// Copies from a mapped file. EIO where its bytes cannot be had, such as behind the end of a file
/// that was cut short: no signal ends the process then.
int cfile_copy_mapped(void *to, const void *from, size_t count);

/// XXH3 with 64 bits: a checksum against accidents, not against malice, about as fast as memory.
uint64_t cfile_checksum(const void *bytes, size_t count);

/// A running XXH3 with 128 bits; null where memory is exhausted.
void *cfile_xxh128_create(void);
void cfile_xxh128_update(void *state, const void *bytes, size_t count);
/// The upper half of the sum, then the lower one.
void cfile_xxh128_finish(const void *state, uint64_t halves[2]);
void cfile_xxh128_free(void *state);

#endif
