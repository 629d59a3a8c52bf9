/* ltr_pairs.h: the two LTRs of a copy, which were one sequence when it was inserted: how they differ tells its age.
 *
 * The distance is Kimura's of two parameters (J. Mol. Evol. 1980), of the two LTRs as the genome has them, aligned with
 * each other. Each has changed by itself, so that the age is half the distance by the rate of changes (SanMiguel et al.
 * 1998).
 */
#ifndef RP_CLASSIFY_LTR_PAIRS_H
#define RP_CLASSIFY_LTR_PAIRS_H

#include "align/realign.h"
#include "base/codes.h"
#include "copies/findings.h"
#include "copies/row_reader.h"

/* Reused memory of one thread. Zeroed by its owner. */
typedef struct rp_ltr_scratch {
    rp_row_reader reader;
    rp_row row;
    rp_codes ltrs[2];
    rp_realigner realigner;
    rp_steps steps;
} rp_ltr_scratch;

void rp_ltr_scratch_clear(rp_ltr_scratch *scratch);

/* How two sequences differ that are aligned from end to end. */
typedef struct rp_pair_distance {
    double identity;  /* share of the pairs of bases that are the same; 0: there are none */
    double distance;  /* changes at a base; below 0: too many to tell */
} rp_pair_distance;

/* False: out of memory. */
bool rp_pair_distance_of(rp_ltr_scratch *scratch, const rp_codes *left, const rp_codes *right,
                         rp_pair_distance *out) RP_MUST_CHECK;

/* Fills in the LTRs' part of a copy that has both ends of a family with LTRs, if it holds four fifths of either. The
 * findings have their rows. False: out of memory. */
bool rp_ltr_pair_look(rp_ltr_scratch *scratch, const rp_findings *findings, rp_called_copy *copy) RP_MUST_CHECK;

#endif
