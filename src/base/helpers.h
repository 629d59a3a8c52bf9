/* helpers.h: the threads of a loop as a crew: who finds no further part takes parts of what is long for another.
 *
 * A loop is over when its longest part is. Where parts have loops themselves, those may be run through the crew
 * (base/crew.h), and then whoever has nothing left to do helps.
 */
#ifndef RP_BASE_HELPERS_H
#define RP_BASE_HELPERS_H

#include <stddef.h>

#include "base/crew.h"
#include "base/error.h"
#include "base/parallel.h"

typedef struct rp_helpers rp_helpers;

/* For loops on n_threads threads, one loop at a time. NULL: out of memory. */
rp_helpers *rp_helpers_create(unsigned n_threads) RP_MUST_CHECK;
void rp_helpers_destroy(rp_helpers *helpers); /* NULL is legal */

/* The crew; its members are the loop's workers. */
rp_crew *rp_helpers_crew(rp_helpers *helpers);

/* rp_parallel, whose workers help when there are no further parts, until all are done. */
bool rp_helpers_loop(rp_helpers *helpers, size_t n_parts, rp_part_function *function, void *context,
                     rp_error *error) RP_MUST_CHECK;

/* Whether there are threads that wait for parts, about now. */
bool rp_helpers_are_idle(const rp_helpers *helpers);

/* For who has a loop of his own: `call` is to wake one of its threads that wait, as rp_crew_create says. NULL: it is
 * over. No thread is at work. */
void rp_helpers_call(rp_helpers *helpers, void (*call)(void *context), void *context);

#endif
