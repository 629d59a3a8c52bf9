/* kinds.h: what each copy is: whole, an LTR alone, cut short, and at which end.
 *
 * An alignment of a worn copy stops short of its end, or runs past it by chance: the last bases count for nothing where
 * they do not outweigh the changes among them. How many that are follows from how worn the copy is. A copy that lacks
 * some bases at an end has that end if it is likelier that the alignment has lost them than that the copy was cut just
 * there; how often copies of its family are cut, their ends tell.
 */
#ifndef RP_CLASSIFY_KINDS_H
#define RP_CLASSIFY_KINDS_H

#include <stdbool.h>

#include "base/error.h"
#include "copies/findings.h"

/* How a family's copies end at one end of an element. */
typedef struct rp_end_model {
    double cut_share
        [2];    /* copies that were cut short of it, of those that have the other end, and of those that lack it */
    uint32_t offset;        /* bases before the consensus' end at which most copies end: it stands too far out */
    uint32_t free_bp;       /* a tail, whose length varies from copy to copy */
    uint32_t length;        /* of the consensus, over which cuts are spread */
} rp_end_model;

/* By how much the alignment of a copy outweighs chance at each base: minus the logarithm of the factor by which it gets
 * less likely, with each base, that the last bases of a copy count for nothing (Chernoff's bound for a walk of +1 for a
 * match and -1 for a change). */
double rp_end_rate(const rp_row_counts *counts) RP_MUST_CHECK;

/* Bases that a copy may lack at an end and still have it: where a cut begins to be likelier than a loss; at most a
 * fifth of the consensus. */
double rp_end_slack(const rp_end_model *model, bool other_is_cut, double rate);

/* Fills in findings->copies and how many copies of each kind the families have. The structure of families that have not
 * been classified is looked at: their traits' part of the consensus' ends. False: error filled in. */
bool rp_kinds_find(rp_findings *findings, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

#endif
