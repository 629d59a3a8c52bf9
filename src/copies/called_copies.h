/* called_copies.h: the copies of findings, all parts of one together, and what each of them is.
 *
 * The parts of a copy stand in the findings (part_rows.h) in genome order and share its number. What a copy is
 * classify/kinds.h decides.
 */
#ifndef RP_COPIES_CALLED_COPIES_H
#define RP_COPIES_CALLED_COPIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/block.h"
#include "base/error.h"
#include "copies/part_rows.h"

typedef enum rp_copy_kind {
    RP_COPY_FULL,           /* from one end of the consensus to the other */
    RP_COPY_DELETED,        /* has both ends, and lacks a good part of what is between them */
    RP_COPY_SOLO,           /* one LTR of an element that has two, and nothing else */
    RP_COPY_TRUNCATED_5,    /* the 5' end is missing: the left one of the consensus */
    RP_COPY_TRUNCATED_3,
    RP_COPY_TRUNCATED_BOTH,
    RP_N_COPY_KINDS
} rp_copy_kind;

extern const char *const rp_copy_kind_name[RP_N_COPY_KINDS];

#define RP_NO_HOST UINT32_MAX

/* By so many bases alignments of two copies that stand side by side may overlap: either runs on by chance. */
enum { RP_OVERLAP_BP = 60 };

typedef struct rp_called_copy {
    uint64_t begin, end;    /* on the genome, from the first part to the last */
    uint64_t first_part; /* index into the findings' parts; the others follow, those of other copies between them */
    uint32_t n_parts; /* 0: there is no copy of this number */
    uint32_t consensus_begin, consensus_end;
    uint32_t reach_begin, reach_end; /* the same with what its alignments have beyond, and neighbours have taken: up to
                                      * RP_OVERLAP_BP */
    rp_row_counts counts; /* of all parts */
    rp_copy_kind kind;
    uint32_t host; /* number of the copy in which it is nested: it lies between two neighbouring parts of that one;
                             * RP_NO_HOST: in none */
    uint32_t ltrs[2][2]; /* begin and end of its two LTRs, in the genome's order, from begin on; zero: not told */
    float ltr_identity; /* share of the pairs of their bases that are the same; 0: there is no pair of LTRs */
    float ltr_distance; /* changes at a base, Kimura's two parameters; below 0: too many to tell */
    uint32_t tsd_bp; /* length of the target-site duplication; 0: none was found */
    uint64_t tsd_left, tsd_right; /* where its two copies begin, on the genome */
    uint32_t level; /* of nesting: 0 in no copy, else one more than its host's */
    uint32_t n_guests; /* copies of which it is the host */
} rp_called_copy;

/* By number of the copy. In a block that is spilled where the budget has no room. Zeroed at first. */
typedef struct rp_called_copies {
    rp_called_copy *items; /* in the block */
    size_t n;
    rp_block block;
} rp_called_copies;

/* Gathers the copies of parts that are in genome order, and tells which are nested in which; all are RP_COPY_FULL until
 * kinds are told. */
bool rp_called_copies_gather(rp_called_copies *copies, const rp_parts *parts, rp_error *error) RP_MUST_CHECK;

void rp_called_copies_clear(rp_called_copies *copies);

#endif
