/* cancel.h: a run that is to end early: every loop asks, nothing is torn down from outside. */
#ifndef RP_BASE_CANCEL_H
#define RP_BASE_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { RP_CANCEL_MEMORY = -1 };     /* no signal: the run takes more memory than it may */

void rp_cancel(int signal_number);  /* from any thread; the first one counts */
void rp_cancel_memory(uint64_t used_bytes, uint64_t allowed_bytes); /* the same, from one thread only */
int rp_cancelled(void);             /* the signal's number, or RP_CANCEL_MEMORY; 0: go on */

/* False with the message, when the run is to end. */
bool rp_not_cancelled(rp_error *error) RP_MUST_CHECK;

/* Work has ended early: the run is to end, or else memory has run out for `what`. Always false. */
bool rp_cut_short(rp_error *error, const char *what);

void rp_cancel_reset(void);         /* for tests */

#endif
