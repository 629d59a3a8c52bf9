/* passed_over.h: what the search does not look at; of a run, and of `index`, which makes its index. */
#ifndef RP_RUN_PASSED_OVER_H
#define RP_RUN_PASSED_OVER_H

#include "base/log.h"
#include "index/duplicates.h"

typedef struct rp_passed_over {
    rp_bitmask mask;          /* tandem repeats, and of duplicates what stands earlier in the genome, too */
    rp_duplicates duplicates;
    uint64_t duplicated_bp;   /* of the latter */
} rp_passed_over;

/* Fills in *passed, which is empty. What is duplicated follows from the genome alone, also where a share knows some of
 * its tandem repeats only; the log tells how much it is. The caller clears it, in any case. False: error filled in. */
bool rp_passed_over_find(const rp_genome *genome, const rp_bitmask *tandem, unsigned n_threads, const rp_log *log,
                         rp_passed_over *passed, rp_error *error) RP_MUST_CHECK;
void rp_passed_over_clear(rp_passed_over *passed);

/* The bases of a genome less those that stand earlier, too: what decides by a genome's size goes by it, so that it is
 * the same for one haplotype and for several. */
uint64_t rp_passed_over_left(const rp_passed_over *passed, const rp_genome *genome);

#endif
