/* gather.h: puts each entry to the first one that it is like: greedily, and never all against all.
 *
 * Entries are taken in an order that is given, in blocks. Those of a block are aligned with the ones that stand by
 * then, and what is left of the block with itself: what is like one that stands goes into it, the others stand too.
 * Blocks follow from the order alone, and so does the outcome.
 */
#ifndef RP_MERGE_GATHER_H
#define RP_MERGE_GATHER_H

#include "align/band.h"
#include "merge/entries.h"

typedef struct rp_gather_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    double identity, coverage;           /* shares, as in 80-80-80 (Wicker et al. 2007) */
} rp_gather_parameters;

/* An entry that lies whole in one that stands, or that has all but one stretch of it. */
typedef struct rp_holding {
    size_t inner, outer;
    rp_likeness like;
    rp_missing missing;
    bool whole;                          /* it lies whole in the outer one, */
    bool bridges;                        /* or has what is on both sides of what it lacks */
} rp_holding;

RP_ARRAY(rp_holdings, rp_holding);

/* Fills in `into` and `like` of the entries in the order, and of their twins. With holdings, appends those that are
 * seen on the way, by the inner one in that order. False: error filled in. */
bool rp_gather(rp_entries *entries, const rp_entry_list *order, const rp_gather_parameters *parameters,
               rp_holdings *holdings, rp_error *error) RP_MUST_CHECK;

#endif
