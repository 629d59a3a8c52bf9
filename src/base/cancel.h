/* cancel.h: a run that is to end early: every loop asks, nothing is torn down from outside. */
#ifndef RP_BASE_CANCEL_H
#define RP_BASE_CANCEL_H

#include <stdbool.h>

#include "base/error.h"

void rp_cancel(int signal_number);  /* from any thread; the first one counts */
int rp_cancelled(void);             /* the signal's number; 0: go on */

/* False with the message, when the run is to end. */
bool rp_not_cancelled(rp_error *error) RP_MUST_CHECK;

void rp_cancel_reset(void);         /* for tests */

#endif
