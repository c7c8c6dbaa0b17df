#include <stdio.h>
#include <string.h>

#include "internal.h"

static int level_number(int level) {
  if (level == MPI_THREAD_MULTIPLE) return 3;
  if (level == MPI_THREAD_SERIALIZED) return 2;
  if (level == MPI_THREAD_FUNNELED) return 1;
  return 0;
}

static void copy_text(char *target, int capacity, const char *source) {
  if (capacity < 1) return;
  snprintf(target, (size_t)capacity, "%s", source);
}

int cmpi_init_funneled(int *provided) {
  int level = MPI_THREAD_SINGLE;
  CMPI_TRY(MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level));
  *provided = level_number(level);
  return MPI_SUCCESS;
}

int cmpi_finalize(void) { return MPI_Finalize(); }

cmpi_state cmpi_current_state(void) {
  int flag = 0;
  if (MPI_Initialized(&flag) != MPI_SUCCESS || !flag) return CMPI_NOT_INITIALIZED;
  if (MPI_Finalized(&flag) != MPI_SUCCESS || flag) return CMPI_FINALIZED;
  if (MPI_Is_thread_main(&flag) != MPI_SUCCESS || !flag) return CMPI_OTHER_THREAD;
  return CMPI_READY;
}

void cmpi_abort(int code) {
  fflush(NULL);
  MPI_Abort(MPI_COMM_WORLD, code);
}

int cmpi_library_version(char *text, int capacity) {
  char full[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  CMPI_TRY(MPI_Get_library_version(full, &length));
  copy_text(text, capacity, full);
  return MPI_SUCCESS;
}

int cmpi_processor_name(char *text, int capacity) {
  char full[MPI_MAX_PROCESSOR_NAME] = "";
  int length = 0;
  CMPI_TRY(MPI_Get_processor_name(full, &length));
  copy_text(text, capacity, full);
  return MPI_SUCCESS;
}

int cmpi_error_string(int code, char *text, int capacity, int *error_class) {
  char full[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  CMPI_TRY(MPI_Error_class(code, error_class));
  CMPI_TRY(MPI_Error_string(code, full, &length));
  copy_text(text, capacity, full);
  return MPI_SUCCESS;
}
