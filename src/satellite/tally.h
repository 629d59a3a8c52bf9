/* tally.h: what the monomers of an array have at each place, and what follows from it. */
#ifndef RP_SATELLITE_TALLY_H
#define RP_SATELLITE_TALLY_H

#include "base/codes.h"

enum { RP_TALLY_DELETED = 4, RP_TALLY_SYMBOLS };

/* Zeroed by its owner. */
typedef struct rp_tally {
    uint32_t period;
    uint32_t (*columns)[RP_TALLY_SYMBOLS];  /* by place of the monomer: how many have each base, or lack it */
    uint32_t (*inserted)[RP_TALLY_SYMBOLS]; /* first bases of insertions behind it; last: their number */
    size_t columns_capacity, inserted_capacity;
    uint64_t matches, mismatches, deleted_bp, inserted_bp;
    int64_t begin, end;                     /* places of the first base and behind the last one */
    uint8_t *rows;                          /* the first monomers, one symbol a place */
    size_t rows_capacity;
    uint32_t n_rows;                        /* that there is room for */
} rp_tally;

void rp_tally_clear(rp_tally *tally);

/* Empty, for a monomer of this length. False: out of memory. */
bool rp_tally_start(rp_tally *tally, uint32_t period) RP_MUST_CHECK;

/* Takes n bases and their places (rp_wrap_go_on), which go on from those before. */
void rp_tally_add(rp_tally *tally, const uint8_t *monomer, const uint8_t *codes, const int64_t *places, size_t n);

/* The same for bases that were aligned backwards with the monomer backwards: into the columns alone. */
void rp_tally_add_backwards(rp_tally *tally, const uint8_t *monomer, const uint8_t *codes, const int64_t *places,
                            size_t n);

/* The monomer that most have. False: out of memory. */
bool rp_tally_vote(const rp_tally *tally, rp_codes *monomer) RP_MUST_CHECK;

/* Percent of the places at which two monomers are alike, on average over all pairs. */
double rp_tally_identity(const rp_tally *tally);

/* Whether monomers that stand some units apart are clearly more alike than neighbours: the units of a higher-order
 * repeat (0: there is none) and the identity, in percent, of its copies. */
uint32_t rp_tally_higher_order(const rp_tally *tally, double *identity);

/* Turns the monomer so that it begins where its letters, read round, come first in the alphabet, on the strand where
 * they do so more: one form for all rotations of both strands. *reverse: it is the other strand. False: out of
 * memory. */
bool rp_monomer_canonical(rp_codes *monomer, bool *reverse) RP_MUST_CHECK;

#endif
