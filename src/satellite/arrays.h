/* arrays.h: the arrays of one stretch of the genome that is tandem. */
#ifndef RP_SATELLITE_ARRAYS_H
#define RP_SATELLITE_ARRAYS_H

#include "genome/view.h"
#include "satellite/period.h"
#include "satellite/satellite.h"
#include "satellite/tally.h"
#include "satellite/wrap.h"

/* The memory of one thread. Zeroed by its owner. */
typedef struct rp_array_finder {
    rp_period_scratch periods;
    rp_wrap wrap;
    rp_tally tally;
    rp_codes monomer, turned;
    uint8_t *codes;           /* a sample, or a block of rows */
    int64_t *places;
    uint64_t done;            /* where the last array has ended */
} rp_array_finder;

void rp_array_finder_clear(rp_array_finder *finder);

/* What was found in one interval. */
typedef struct rp_found_arrays {
    rp_tandem_arrays arrays;
    rp_codes codes;           /* their monomers */
    uint64_t n_simple, simple_bp;
} rp_found_arrays;

/* Appends the arrays of n intervals of one contig, which are sorted and disjoint, in genome order. They do not
 * overlap, and may go on beyond the ends of the intervals. False: out of memory. */
bool rp_arrays_find(rp_array_finder *finder, const rp_genome *genome, const rp_interval *intervals, size_t n,
                    rp_found_arrays *found) RP_MUST_CHECK;

#endif
