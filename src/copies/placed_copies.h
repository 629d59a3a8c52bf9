/* placed_copies.h: the copies of a family in the genome, all parts of a copy together. */
#ifndef RP_COPIES_PLACED_COPIES_H
#define RP_COPIES_PLACED_COPIES_H

#include <stdbool.h>
#include <stdint.h>

#include "copies/findings.h"

typedef struct rp_placed_copy {
    uint64_t begin, end;
    uint32_t consensus_begin, consensus_end;
    bool reverse;
    size_t first_part, n_parts;   /* in the family's list of parts */
} rp_placed_copy;

RP_ARRAY(rp_placed_copies, rp_placed_copy);

/* Appends the copies of a family, in genome order. False: out of memory. */
bool rp_placed_copies_gather(const rp_findings *findings, const rp_found_family *family,
                             rp_placed_copies *copies) RP_MUST_CHECK;

#endif
