/* parallel.h: a loop over numbered parts on several threads. */
#ifndef RP_BASE_PARALLEL_H
#define RP_BASE_PARALLEL_H

#include <stddef.h>

#include "base/error.h"

/* One part of the work. `worker` is in [0, n_threads): an index for per-thread
 * scratch. Returns false after filling in `error`; no new part is started then. */
typedef bool rp_part_function(void *context, size_t part, unsigned worker, rp_error *error);

/* A cancelled run (base/cancel.h) is an error too. Calls `function` for every part in [0, n_parts), each once, in no
 * order, on at most n_threads threads (the caller is one of them; the others are kept for the next loop, and take no
 * signals). A part may run a loop itself. Thread-safe. False: the first error. */
bool rp_parallel(size_t n_parts, unsigned n_threads, rp_part_function *function, void *context,
                 rp_error *error) RP_MUST_CHECK;

/* Ends the threads that are kept. No loop is under way; one that comes later starts others. */
void rp_parallel_end(void);

#endif
