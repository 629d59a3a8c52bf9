/* stream.h: reading and writing where it may take for ever: pipes, terminals, sockets.
 *
 * Nothing here keeps a run that is to end (base/cancel.h) for more than a tenth of a second, and descriptors that do
 * not block are waited for. Thread-safe for different descriptors.
 */
#ifndef RP_BASE_STREAM_H
#define RP_BASE_STREAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* Writes all bytes, however long that takes; with `gives_up`, no longer than until the run is to end: then errno is
 * ECANCELED. False: errno tells. */
bool rp_stream_write(int descriptor, const void *bytes, size_t n, bool gives_up);

/* Opens a pipe, terminal or device by its name for writing. A named pipe is waited for until it has a reader. To be
 * closed; -1: errno tells, ECANCELED where the run is to end. */
int rp_stream_open(const char *path);

/* Standard output under a descriptor of its own, to be closed; -1: errno tells. */
int rp_stream_open_stdout(void);

/* Whether a name stands for standard output: "-", /dev/stdout and the like. */
bool rp_stream_is_stdout(const char *path);

/* A file that is read. Pipes, terminals and sockets are read by a thread that hands on what comes, so that whoever
 * reads the descriptor sees an end when the run is to end. */
typedef struct rp_feed {
    int from, to; /* the thread's: what it reads, and the pipe that it writes; -1: there is no thread */
    char *buffer;
    int failure; /* errno of reading, ECANCELED where the run was to end; 0: none. The thread's until it is joined */
    pthread_t thread;
} rp_feed;

/* Opens a path, "-" for standard input. Returns the descriptor to read, which the caller closes; -1: errno tells. */
int rp_feed_open(rp_feed *source, const char *path);

/* After the descriptor was closed. False: what was read was not all; errno tells, ECANCELED where the run is to end. */
bool rp_feed_close(rp_feed *source);

#endif
