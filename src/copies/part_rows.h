/* part_rows.h: the aligned row of a part of a copy, and what is counted in it. */
#ifndef RP_COPIES_PART_ROWS_H
#define RP_COPIES_PART_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "align/anchored.h"
#include "align/row.h"
#include "base/block.h"
#include "base/error.h"
#include "copies/row_store.h"
#include "genome/view.h"

/* What a row holds, in bases. */
typedef struct rp_row_counts {
    uint32_t matches, mismatches;
    uint32_t deleted;             /* consensus bases that the genome lacks */
    uint32_t inserted;            /* genome bases that the consensus lacks */
} rp_row_counts;

/* One part of a copy: an aligned genome interval. */
typedef struct rp_part {
    uint64_t begin, end;             /* genome positions */
    uint32_t family;                 /* index of the consensus */
    uint32_t consensus_begin, consensus_end;
    uint32_t copy;                   /* parts of one copy have the same number, counted from 0 */
    int32_t score;                   /* of the alignment that the part is from */
    float divergence;                /* percent, Kimura's two parameters, CpG-aware; of this part */
    bool reverse;
    rp_row_counts counts;            /* of this part */
    rp_alignment alignment;          /* the whole alignment */
    uint64_t path;                   /* of it in the store of rows, for parts that were traced */
} rp_part;

/* Parts in a block that is spilled where the budget has no room for it: where families do not compete there may be as
 * many as alignments. Zeroed at first. */
typedef struct rp_parts {
    rp_part *items; /* in the block */
    size_t n;
    rp_block block;
} rp_parts;

bool rp_parts_push(rp_parts *parts, const rp_part *part, rp_error *error) RP_MUST_CHECK;
void rp_parts_clear(rp_parts *parts);

rp_row_counts rp_row_count(const rp_row *row, const uint8_t *consensus);

/* Kimura two-parameter divergence, in percent, of the row's columns [begin, end) against the
 * consensus: at a CpG of the consensus two transitions count as one and a single one as a
 * tenth, as RepeatMasker counts them. */
double rp_row_divergence(const rp_row *row, const uint8_t *consensus, uint32_t begin, uint32_t end);

/* Makes the row of a part from its alignment's steps, clipped to the part; *kept is the genome interval of what is in
 * the row (the part itself, for parts that rp_annotate gave). `consensus_bp`: the length of its family's. The memory of
 * steps and row is reused. False: out of memory. */
bool rp_part_row(const rp_row_store *store, const rp_genome *genome, uint32_t consensus_bp, const rp_part *part,
                 rp_steps steps[2], rp_row *row, rp_interval *kept) RP_MUST_CHECK;

#endif
