#define _GNU_SOURCE
#include "CFileIO.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int cfile_reserve(int descriptor, int64_t size) {
  while (fallocate(descriptor, 0, 0, size) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

int cfile_start_writeback(int descriptor, int64_t offset, int64_t length) {
  return sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE) == 0 ? 0 : errno;
}

int cfile_lock(int descriptor) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(descriptor, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? EAGAIN : errno;
}

int cfile_direct_flag(void) { return O_DIRECT; }
