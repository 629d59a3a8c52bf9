/* meetings.h: where copies of two families stand side by side; for joins (join.h).
 *
 * What other families' copies hold between the two was inserted later and is no part of their distance.
 */
#ifndef RP_LIBRARY_MEETINGS_H
#define RP_LIBRARY_MEETINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "family/library.h"
#include "genome/genome.h"

enum { RP_MEETING_SLACK_BP = 20 }; /* a copy reaches an end of its consensus when it comes this near */

/* The side of a copy that faces its neighbour: an end of its consensus, or an interior point. */
typedef struct rp_side {
    uint32_t family;
    bool end;     /* the right end of the consensus faces (else the left) */
    bool reaches; /* the copy reaches that end */
    uint32_t point; /* consensus coordinate where the copy stops */
} rp_side;

/* Two copies that stand side by side. */
typedef struct rp_meeting {
    rp_side first, second; /* ordered by family, then end; first reaches its end */
    int32_t gap;           /* genome bases between them, without those of other copies that stand there */
    uint32_t inserted_bp;  /* the bases of those */
    uint64_t gap_begin;    /* where the gap begins on the genome, other copies and all */
    bool reverse;          /* first stands to the right of second on the genome */
    uint32_t second_copy;
} rp_meeting;

RP_ARRAY(rp_meetings, rp_meeting);

/* Whether the same sides of the same families meet, at ends or at interior points both. */
bool rp_meetings_alike(const rp_meeting *a, const rp_meeting *b);

/* Lists the meetings of copies of different families of the library, tandem ones left out, in place of what *meetings
 * holds: those of two ends first, in both heaps those that are alike together, two ends by their gap, interior points
 * by the point. Thread count does not change them. False: out of memory, or the run is to end; error filled in. */
bool rp_meetings_find(const rp_genome *genome, const rp_library *library, unsigned n_threads, rp_meetings *meetings,
                      rp_error *error) RP_MUST_CHECK;

/* Of meetings of two ends, [*begin, *end) of those that are sorted: the most that stand at one distance, the shortest
 * of those. */
void rp_meetings_distance(const rp_meeting *items, size_t *begin, size_t *end);

/* The one of them whose gap tells best what stands between two ends: with the least inserted, the shortest. */
size_t rp_meetings_tightest(const rp_meeting *items, size_t begin, size_t end);

#endif
