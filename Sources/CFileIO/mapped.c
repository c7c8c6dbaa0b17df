#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include "CFileIO.h"

// Where a thread goes on when the page that it copies from cannot be had.
static _Thread_local sigjmp_buf *volatile rescue;

static void on_bus_error(int signal_number) {
  if (rescue) siglongjmp(*rescue, 1);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_bus_error;
  // The handler does not return: the signal must not stay blocked.
  action.sa_flags = SA_NODEFER;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, NULL);
}

int cfile_copy_mapped(void *to, const void *from, size_t count) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install);
  sigjmp_buf here;
  if (sigsetjmp(here, 0) != 0) {
    rescue = NULL;
    return EIO;
  }
  rescue = &here;
  // The compiler sees no reason why the copying should lie between the two.
  __asm__ volatile("" ::: "memory");
  memcpy(to, from, count);
  __asm__ volatile("" ::: "memory");
  rescue = NULL;
  return 0;
}
