/* circle.h: families of LTR elements whose consensus runs round.
 *
 * The two LTRs of an element are one sequence. A consensus that grew from inside the element may
 * go through the LTR once and on into the element's beginning: it ends where it began, at any
 * point. Its copies then stand in two parts each, the second head to tail with the first, and
 * begin and end, again and again, at the LTR's two ends inside the consensus. There it is cut,
 * and the LTR is put at both ends. Or one LTR is whole and the other one cut short: then what it
 * lacks stands, as a piece of the whole one, before each copy (or behind it), and is put there.
 */
#ifndef RP_LIBRARY_CIRCLE_H
#define RP_LIBRARY_CIRCLE_H

#include "base/error.h"
#include "family/family.h"

typedef struct rp_circle {
    bool whole;                   /* the consensus runs round; else a piece of it is missing at one end */
    bool before;                  /* which is its beginning */
    uint32_t ltr_begin, ltr_end;  /* on the consensus: the LTR, or the piece */
    int32_t gap;                  /* genome bases from the consensus' end to its beginning; negative: they overlap */
    uint64_t gap_begin;           /* where they stand in one copy */
    bool gap_reverse;             /* that copy is on the reverse strand */
} rp_circle;

/* Whether the family runs round. False: out of memory. */
bool rp_circle_find(const rp_family *family, const rp_genome *genome, rp_circle *circle, bool *found) RP_MUST_CHECK;

/* The element, from LTR to LTR. False: out of memory. */
bool rp_circle_cut(const rp_family *family, const rp_circle *circle, const rp_genome *genome,
                   rp_codes *element) RP_MUST_CHECK;

#endif
