/* part_rows.h: the aligned row of a part of a copy, and what is counted in it. */
#ifndef RP_COPIES_PART_ROWS_H
#define RP_COPIES_PART_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "align/anchored.h"
#include "align/row.h"
#include "base/error.h"
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
    rp_alignment alignment;          /* the whole alignment, for a traceback (query 2 * family + reverse) */
} rp_part;

RP_ARRAY(rp_parts, rp_part);

rp_row_counts rp_row_count(const rp_row *row, const uint8_t *consensus);

/* Kimura two-parameter divergence, in percent, of the row's columns [begin, end) against the
 * consensus: at a CpG of the consensus two transitions count as one and a single one as a
 * tenth, as RepeatMasker counts them. */
double rp_row_divergence(const rp_row *row, const uint8_t *consensus, uint32_t begin, uint32_t end);

/* Makes the rows of n parts (n <= RP_PART_ROWS), each clipped to its part; kept[i] is the genome
 * interval of what is in the row (the part itself, for parts that rp_annotate gave). Not
 * thread-safe for one aligner. `queries` are those of the library (rp_word_table). `steps` has
 * two entries a part. */
enum { RP_PART_ROWS = RP_LANES / 2 };
bool rp_part_rows(rp_aligner *aligner, const rp_view *view, const rp_query *queries, const rp_part *const *parts,
                  size_t n, rp_steps *steps, rp_row *rows, rp_interval *kept) RP_MUST_CHECK;

#endif
