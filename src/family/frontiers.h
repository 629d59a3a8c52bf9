/* frontiers.h: where in the genome the end of a growing consensus is seen, by its last k-mers: new copies to grow with.
 *
 * A frontier is the genome place that corresponds to the consensus' end, with its strand. Those that lie close together
 * are one; the more k-mers point to it, the better it is supported.
 */
#ifndef RP_FAMILY_FRONTIERS_H
#define RP_FAMILY_FRONTIERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/error.h"
#include "family/self_words.h"
#include "genome/reads.h"
#include "genome/view.h"
#include "index/kmer_index.h"

/* A genome place and its strand in one number. */
typedef uint64_t rp_frontier;

#define RP_FRONTIER_REVERSE (UINT64_C(1) << 63)

static inline rp_frontier rp_frontier_make(uint64_t origin, bool reverse)
{
    return origin | (reverse ? RP_FRONTIER_REVERSE : 0);
}

static inline bool rp_frontier_is_reverse(rp_frontier frontier)
{
    return (frontier & RP_FRONTIER_REVERSE) != 0;
}

static inline uint64_t rp_frontier_origin(rp_frontier frontier)
{
    return frontier & ~RP_FRONTIER_REVERSE;
}

/* One of those found, and how many k-mers say so. */
typedef struct rp_supported_frontier {
    rp_frontier at;
    uint32_t support;
} rp_supported_frontier;

/* Zeroed at first; its memory is reused. Not thread-safe. */
typedef struct rp_frontiers {
    rp_supported_frontier *items; /* best supported first */
    size_t n, capacity;
    rp_frontier *seen, *spare; /* by single k-mers */
    size_t seen_capacity, spare_capacity;
} rp_frontiers;

void rp_frontiers_clear(rp_frontiers *frontiers);

/* Finds the frontiers of a consensus whose words are `words`; k-mers that stand far earlier in it too are left out.
 * Notes in `reads` (or NULL) what was looked at. False: out of memory. */
bool rp_frontiers_find(rp_frontiers *frontiers, const rp_view *view, const rp_kmer_index *index,
                       const rp_codes *consensus, const rp_self_words *words, rp_reads *reads) RP_MUST_CHECK;

#endif
