/* crew.h: loops of one thread of a pool whose parts those take that have nothing else to do.
 *
 * A member that has a long loop runs it through its crew: it takes parts itself, and another member that is idle takes
 * some too (rp_crew_help). Parts write to places of their own, so that nothing follows from who has done which. A loop
 * waits for the parts that others have begun, and for nothing else: nobody has to help. A part runs no loop itself.
 */
#ifndef RP_BASE_CREW_H
#define RP_BASE_CREW_H

#include <stddef.h>

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

/* Calls `function` for each part in [0, n_parts), each once, in no order. Without a crew (NULL) the caller does all of
 * them. False: a part has said so, or the run is to end; then some parts were not done. */
bool rp_crew_run(rp_crew *crew, unsigned member, size_t n_parts, rp_crew_function *function,
                 void *context) RP_MUST_CHECK;

/* Takes parts of a loop of another member until it has none left. False: there was no such loop. */
bool rp_crew_help(rp_crew *crew, unsigned member);

#endif
