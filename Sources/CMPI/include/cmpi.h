// MPI for Swift: macros become functions, counts are 64 bits wide, no MPI type in sight.
//
// Every function that returns `int` returns an MPI error code, 0 for success. `chunk` is the
// largest number of elements that one MPI call may carry. `sleeping` makes a call wait with short
// sleeps where MPI would spin. Handles returned through `out` belong to the caller, who frees them.
#ifndef CMPI_H
#define CMPI_H

#include <stdbool.h>
#include <stdint.h>

/// An `MPI_Comm`, which is a pointer in Open MPI and an `int` in MPICH.
typedef struct {
  intptr_t bits;
} cmpi_comm;

/// An `MPI_Request` that was started and not completed.
typedef struct {
  intptr_t bits;
} cmpi_request;

typedef enum {
  CMPI_FLOAT32,
  CMPI_FLOAT64,
  CMPI_INT8,
  CMPI_INT16,
  CMPI_INT32,
  CMPI_INT64,
  CMPI_UINT8,
  CMPI_UINT16,
  CMPI_UINT32,
  CMPI_UINT64,
} cmpi_type;

typedef enum { CMPI_SUM, CMPI_MIN, CMPI_MAX, CMPI_BITWISE_OR } cmpi_op;

typedef enum {
  CMPI_NOT_INITIALIZED,
  CMPI_FINALIZED,
  CMPI_OTHER_THREAD,
  CMPI_READY,
} cmpi_state;

/// The largest tag that every MPI library accepts; the tag of the point-to-point collectives here.
enum { CMPI_RESERVED_TAG = 32767 };

// Session. `provided` is 0 (single), 1 (funneled), 2 (serialized) or 3 (multiple).
int cmpi_init_funneled(int *provided);
int cmpi_finalize(void);
cmpi_state cmpi_current_state(void);
void cmpi_abort(int code);

// Texts: at most `capacity - 1` bytes and a zero are written.
int cmpi_library_version(char *text, int capacity);
int cmpi_processor_name(char *text, int capacity);
int cmpi_error_string(int code, char *text, int capacity, int *error_class);

// Communicators. New ones return errors instead of ending the process.
int cmpi_world_dup(cmpi_comm *out);
int cmpi_comm_dup(cmpi_comm comm, cmpi_comm *out);
/// A negative colour takes no part; `is_member` says whether `out` is a communicator.
int cmpi_comm_split(cmpi_comm comm, int color, int key, cmpi_comm *out, bool *is_member);
int cmpi_comm_split_shared(cmpi_comm comm, int key, cmpi_comm *out);
int cmpi_comm_free(cmpi_comm comm);
int cmpi_comm_rank(cmpi_comm comm, int *rank);
int cmpi_comm_size(cmpi_comm comm, int *size);

// Collectives.
int cmpi_barrier(cmpi_comm comm);
/// In: the caller's status and rank. Out: the largest status and the lowest rank that has it.
int cmpi_agree(cmpi_comm comm, int *status, int *rank);
int cmpi_allreduce(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, cmpi_op op, int64_t chunk,
    bool sleeping);
int cmpi_reduce(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, cmpi_op op, int root,
    int64_t chunk);
int cmpi_reduce_scatter(
    cmpi_comm comm, const void *data, void *own, const int64_t *counts, cmpi_type type, cmpi_op op,
    int64_t chunk);
int cmpi_bcast(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, int root, int64_t chunk,
    bool sleeping);
/// `data` holds the blocks of all ranks in rank order, the caller's own already in place.
int cmpi_allgatherv(
    cmpi_comm comm, void *data, const int64_t *counts, cmpi_type type, int64_t chunk);
/// `all` is read on `root` only.
int cmpi_gatherv(
    cmpi_comm comm, const void *own, void *all, const int64_t *counts, cmpi_type type, int root,
    int64_t chunk);
int cmpi_alltoallv(
    cmpi_comm comm, const void *sent, const int64_t *sent_counts, void *received,
    const int64_t *received_counts, cmpi_type type, int64_t chunk);

// Point to point. A message shorter or longer than `count` is an error for the receiver.
int cmpi_send(
    cmpi_comm comm, const void *data, int64_t count, cmpi_type type, int destination, int tag,
    int64_t chunk);
int cmpi_recv(
    cmpi_comm comm, void *data, int64_t count, cmpi_type type, int source, int tag, int64_t chunk,
    bool sleeping);

// Messages that are started here and completed by `cmpi_test`; at most INT_MAX bytes. The memory
// must stay until then.
int cmpi_isend(
    cmpi_comm comm, const void *data, int64_t bytes, int destination, int tag, cmpi_request *out);
/// `bytes` is what the message has at most.
int cmpi_irecv(
    cmpi_comm comm, void *data, int64_t bytes, int source, int tag, cmpi_request *out);
int cmpi_ibarrier(cmpi_comm comm, cmpi_request *out);
/// `bytes` is what a received message had. A completed request must not be tested again.
int cmpi_test(cmpi_request *pending, bool *is_done, int64_t *bytes);
/// Whether a message with this tag is there to be received, from whom, and its bytes.
int cmpi_iprobe(cmpi_comm comm, int tag, bool *is_there, int *source, int64_t *bytes);

#endif
