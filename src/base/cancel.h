/* cancel.h: a run that is to end early: every loop asks, nothing is torn down from outside. */
#ifndef RP_BASE_CANCEL_H
#define RP_BASE_CANCEL_H

#include <stdint.h>

enum { RP_CANCEL_MEMORY = -1 };     /* no signal: the run takes more memory than it may */

void rp_cancel(int signal_number);  /* from any thread; the first one counts */
void rp_cancel_memory(uint64_t used_bytes, uint64_t allowed_bytes); /* the same, from one thread only */
int rp_cancelled(void);             /* the signal's number, or RP_CANCEL_MEMORY; 0: go on */

void rp_cancel_figures(uint64_t *used_bytes, uint64_t *allowed_bytes); /* what rp_cancel_memory was given */

void rp_cancel_reset(void);         /* for tests */

#endif
