/* crew.h: loops of one thread of a pool whose parts those take that have nothing else to do.
 *
 * A member that has a long loop runs it through its crew: it takes parts itself, and another member that is idle takes
 * some too (rp_crew_help). Parts write to places of their own, so that nothing follows from who has done which. A loop
 * waits for the parts that others have begun, and for nothing else: nobody has to help. A part runs no loop itself.
 *
 * Work has a rank, the lower the sooner it is wanted: who is idle takes parts of the lowest, and who begins a loop
 * takes parts of lower ones first: many loops at a time do not keep everybody from the one that others wait for.
 */
#ifndef RP_BASE_CREW_H
#define RP_BASE_CREW_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rp_crew rp_crew;

/* One part, done by this member: an index for what is each one's own. False: there is no memory. */
typedef bool rp_crew_function(void *context, size_t part, unsigned member);

/* `call` (with `context`) is to wake one of those that wait for work, if any: there are parts to take. It is called
 * under no lock. NULL: out of memory. */
rp_crew *rp_crew_create(unsigned n_members, void (*call)(void *context), void *context) RP_MUST_CHECK;
void rp_crew_destroy(rp_crew *crew); /* no loop is under way; NULL is legal */

/* Members; 1 without a crew (NULL). */
unsigned rp_crew_size(const rp_crew *crew);

/* The rank of the loops that this member runs from now on; 0 at first. Without a crew (NULL) nothing. */
void rp_crew_set_rank(rp_crew *crew, unsigned member, uint64_t rank);

/* Calls `function` for each part in [0, n_parts), each once, in no order. Without a crew (NULL) the caller does all of
 * them. False: a part has said so, or the run is to end; then some parts were not done. */
bool rp_crew_run(rp_crew *crew, unsigned member, size_t n_parts, rp_crew_function *function,
                 void *context) RP_MUST_CHECK;

/* Takes parts of a loop of another member, the one of the lowest rank, until it has none left. False: there was no such
 * loop. */
bool rp_crew_help(rp_crew *crew, unsigned member);

#endif
