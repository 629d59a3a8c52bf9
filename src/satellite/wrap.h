/* wrap.h: aligns a stretch with a monomer that is repeated without end.
 *
 * Wraparound alignment (Fischetti et al. 1993) in a band that follows: the monomer is read round and round, so that a
 * place on it is a number that only grows, and the band is a few places around the one that the best row stands at.
 * Match 2, mismatch -4, gap -6 a base: monomers that are 70 % like the consensus score, chance does not.
 */
#ifndef RP_SATELLITE_WRAP_H
#define RP_SATELLITE_WRAP_H

#include "base/codes.h"

enum {
    RP_WRAP_ROWS = 8192,     /* bases that are aligned at a time */
    RP_WRAP_INSERTED = -1,   /* a base that the monomer lacks */
    RP_WRAP_MATCH = 2,
    RP_WRAP_MISMATCH = -4,
    RP_WRAP_GAP = -6
};

/* An alignment under way, and the memory of one thread. Zeroed by its owner. */
typedef struct rp_wrap {
    rp_codes rounds;         /* the monomer, so often that each row of the band is one stretch of it */
    uint32_t period;
    int32_t *scores;         /* of a row and the one before */
    uint8_t *trace;          /* by row and cell */
    int64_t *offsets;        /* by row: place of the band's first cell */
    int64_t at;              /* place of the next base, where the alignment goes on */
    int64_t total, best;     /* score so far, and the best so far */
    bool ended;              /* it has fallen below its best: what follows is no more of it */
    uint32_t *first, *next;  /* words of the monomer: 1 + the first place of each, 1 + the next place */
    size_t next_capacity;
    uint32_t *votes;         /* by phase */
    size_t votes_capacity;
} rp_wrap;

void rp_wrap_clear(rp_wrap *wrap);

/* The monomer to align with. False: out of memory. */
bool rp_wrap_set(rp_wrap *wrap, const uint8_t *monomer, uint32_t period) RP_MUST_CHECK;

/* Where the stretch is in step with the monomer: the base at *start stands at *phase of it, as most words of the
 * stretch say. False: hardly any say so. */
bool rp_wrap_sync(rp_wrap *wrap, const uint8_t *codes, size_t n, size_t *start, uint32_t *phase);

/* Begins an alignment whose first base stands at `place`. */
void rp_wrap_start(rp_wrap *wrap, int64_t place);

/* Aligns the next n <= RP_WRAP_ROWS bases: places[i] is where base i stands, or RP_WRAP_INSERTED. Returns how many
 * belong to the alignment, fewer than n where it has ended. */
size_t rp_wrap_go_on(rp_wrap *wrap, const uint8_t *codes, size_t n, int64_t *places);

#endif
