/* chimera.c: finds where a consensus runs into another element; see chimera.h. */
#include "library/chimera.h"

#include <stdlib.h>

enum {
    PILE_BP = 12,             /* on either side of a point: ends and begins there are of one pile */
    FLANK_BP = 40,            /* a copy goes across a point when it holds this much on either side */
    INTERIOR_BP = 100,        /* nearer to an end of the consensus nothing is cut */
    MIN_ENDS = 5,             /* copies that end at the point, and that begin there */
    ACROSS_FACTOR = 3         /* as many end (or begin) as go across, this many times */
};

/* Copies by what they do at each point of the consensus. */
typedef struct point_counts {
    int32_t *ends, *begins, *across;
} point_counts;

static void count_copies(const rp_family *family, point_counts *counts)
{
    const uint32_t n = (uint32_t)family->consensus.n;
    for (size_t i = 0; i < family->copies.n; i++) {
        const rp_copy *copy = &family->copies.items[i];
        counts->ends[copy->consensus_end]++;
        counts->begins[copy->consensus_begin]++;
        if (copy->consensus_end - copy->consensus_begin >= 2 * FLANK_BP) {
            counts->across[copy->consensus_begin + FLANK_BP]++;
            counts->across[copy->consensus_end - FLANK_BP]--;
        }
    }
    for (uint32_t at = 1; at <= n; at++) {
        counts->ends[at] += counts->ends[at - 1];
        counts->begins[at] += counts->begins[at - 1];
        counts->across[at] += counts->across[at - 1];
    }
}

/* Those of a running sum within a pile around a point. */
static int32_t in_pile(const int32_t *sums, uint32_t at)
{
    return sums[at + PILE_BP] - sums[at - PILE_BP - 1];
}

bool rp_chimera_find(const rp_family *family, uint32_t *cut)
{
    const uint32_t n = (uint32_t)family->consensus.n;
    *cut = 0;
    if (n < 3 * INTERIOR_BP || family->copies.n < 2 * MIN_ENDS)
        return true;
    point_counts counts = {rp_alloc(n + 1, sizeof *counts.ends), rp_alloc(n + 1, sizeof *counts.begins),
                           rp_alloc(n + 1, sizeof *counts.across)};
    const bool ok = counts.ends != NULL && counts.begins != NULL && counts.across != NULL;
    int32_t best = 0;
    if (ok)
        count_copies(family, &counts);
    for (uint32_t at = INTERIOR_BP; ok && at + INTERIOR_BP <= n; at++) {
        const int32_t ends = in_pile(counts.ends, at), begins = in_pile(counts.begins, at), across = counts.across[at];
        const int32_t more = ends > begins ? ends : begins;
        if (ends < MIN_ENDS || begins < MIN_ENDS || more < ACROSS_FACTOR * across || ends + begins <= best)
            continue;
        best = ends + begins;
        *cut = at;
    }
    free(counts.ends);
    free(counts.begins);
    free(counts.across);
    return ok;
}
