/* structure.h: what a consensus shows by itself. */
#ifndef RP_CLASSIFY_STRUCTURE_H
#define RP_CLASSIFY_STRUCTURE_H

#include "align/realign.h"
#include "base/codes.h"
#include "copies/traits.h"

/* Reused memory of one thread. Zeroed by its owner. */
typedef struct rp_structure_scratch {
    rp_realigner realigner;
    rp_steps steps;
    uint32_t *word_places;      /* by 8-mer: 1 + the first place of its chain; */
    uint32_t *next_place;       /* by place: 1 + the next */
    size_t next_capacity;
    uint32_t *diagonals;        /* by distance of two equal words: how many */
    size_t diagonal_capacity;
    rp_codes turned;
} rp_structure_scratch;

void rp_structure_scratch_clear(rp_structure_scratch *scratch);

/* Fills in what the traits have of the consensus' ends: LTRs, TIRs, tail, Helitron's. False: out of memory. */
bool rp_structure_find_ends(rp_structure_scratch *scratch, const rp_codes *consensus, rp_traits *traits) RP_MUST_CHECK;

/* Fills in the consensus' part of the traits. False: out of memory. */
bool rp_structure_find(rp_structure_scratch *scratch, const rp_codes *consensus, rp_traits *traits) RP_MUST_CHECK;

/* Whether it begins with TC and ends with CTRR, between A and T or not. */
bool rp_structure_has_helitron_ends(const rp_codes *consensus);

/* Whether the consensus reads as the reverse strand of an element: a poly-T head where the other
 * strand has a poly-A tail, or a Helitron's 3' end at its beginning. */
bool rp_structure_is_turned(const rp_codes *consensus);

/* Whether either strand ends with a tail. False: out of memory. */
bool rp_structure_has_tail(const rp_codes *consensus, bool *has_tail) RP_MUST_CHECK;

#endif
