/* trace.h: when each task of a run began and how long it took, as a table, for those who study its schedule. */
#ifndef RP_BASE_TRACE_H
#define RP_BASE_TRACE_H

#include <stdint.h>

#include "base/error.h"

/* Opens the table; one for the process. Columns: stage, kind, loop or pass, number, start and duration in ns.
 * Until then rp_trace costs one load. */
bool rp_trace_open(const char *path, rp_error *error) RP_MUST_CHECK;

/* Notes a task that began at begin_ns and ends now. `kind` is a word. Thread-safe. */
void rp_trace(const char *kind, uint64_t group, uint64_t number, uint64_t begin_ns);

/* When a task begins; 0 when nobody traces, so that a clock is not read for nothing. */
uint64_t rp_trace_begin(void);

/* Puts the table in place, also that of a run that has failed. False: it could not be written. */
bool rp_trace_close(rp_error *error) RP_MUST_CHECK;

#endif
