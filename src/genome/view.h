/* view.h: the genome as an alignment sees it: covered bases match nothing.
 *
 * A view may lift the cover from some intervals (a family that is built anew must
 * see its own copies), and notes what was read, so that a result can be checked
 * against covers that were set meanwhile.
 */
#ifndef RP_GENOME_VIEW_H
#define RP_GENOME_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "genome/genome.h"

typedef struct rp_interval {
    uint64_t begin, end; /* genome positions, half-open */
} rp_interval;

RP_ARRAY(rp_intervals, rp_interval);

typedef struct rp_view {
    const rp_genome *genome;
    const rp_bitmask *covered;   /* NULL: nothing is covered */
    const rp_bitmask *excluded;  /* gives no seeds and hits; alignments pass. NULL: none */
    const rp_interval *lifted;   /* sorted, disjoint: not covered in this view */
    size_t n_lifted;
} rp_view;

/* One strand of a contig from a point on: base t is the genome's base origin + t, or,
 * on the reverse strand, the complement of base origin - 1 - t. */
typedef struct rp_strand_walk {
    uint64_t origin;
    uint64_t limit_bp; /* bases up to the contig's end in this direction */
    bool reverse;
} rp_strand_walk;

/* An origin between two contigs belongs to the contig that the walk goes into. */
rp_strand_walk rp_view_walk(const rp_view *view, uint64_t origin, bool reverse);

/* The walk on from a stretch (not empty) of one contig: up from its end, or with reverse down from its begin. */
rp_strand_walk rp_view_walk_beyond(const rp_view *view, uint64_t begin, uint64_t end, bool reverse);

/* The codes of bases [begin, begin + n) of a walk, n <= 64; RP_BASE_NONE where there
 * is no base, where it is covered, and beyond the contig's end. */
void rp_view_decode(const rp_view *view, const rp_strand_walk *walk, uint64_t begin, unsigned n, uint8_t *codes);

/* Asks for what the view will read at a genome position: a walk over many of them need not wait for each. */
static inline void rp_view_prefetch(const rp_view *view, uint64_t position)
{
    __builtin_prefetch(&view->genome->packed[position >> 5]);
    if (view->covered != NULL)
        __builtin_prefetch((const void *)&view->covered->words[position >> 6]);
}

/* Of `bits`, covered bases from `begin` on, those from which the cover is not lifted. */
uint64_t rp_view_not_lifted(const rp_view *view, uint64_t begin, uint64_t bits);

/* The covered bases among the 64 from a genome position on, lowest bit first. */
static inline uint64_t rp_view_covered(const rp_view *view, uint64_t position)
{
    if (view->covered == NULL)
        return 0;
    const uint64_t covered = rp_bitmask_window(view->covered, position);
    return covered != 0 && view->n_lifted > 0 ? rp_view_not_lifted(view, position, covered) : covered;
}

/* Whether all of the n <= 64 bases from a genome position on are not covered. */
static inline bool rp_view_is_range_free(const rp_view *view, uint64_t position, unsigned n)
{
    return (rp_view_covered(view, position) & (UINT64_MAX >> (64 - n))) == 0;
}

/* Appends the stretches of set bits, none over two contigs. False: out of memory. */
bool rp_bitmask_intervals(const rp_bitmask *mask, const rp_genome *genome, rp_intervals *intervals) RP_MUST_CHECK;

/* Sorts intervals and joins those that touch or overlap. */
void rp_intervals_merge(rp_intervals *intervals);

/* Appends what `from` has and `less` has not; both are merged. False: out of memory. */
bool rp_intervals_subtract(const rp_intervals *from, const rp_intervals *less, rp_intervals *left) RP_MUST_CHECK;

#endif
