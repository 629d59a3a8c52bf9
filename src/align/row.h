/* row.h: an alignment as a row over its query's columns. */
#ifndef RP_ALIGN_ROW_H
#define RP_ALIGN_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "align/anchored.h"
#include "base/codes.h"
#include "base/error.h"

typedef struct rp_insertion {
    uint32_t column; /* the bases stand before this column */
    uint32_t n;
    uint32_t first;  /* index of the first in row->inserted */
} rp_insertion;

RP_ARRAY(rp_insertions, rp_insertion);

/* One cell for each column of [begin, end) of the even query of a pair (the consensus as it
 * stands), and what the genome has in addition. Rows of odd queries are turned round. */
typedef struct rp_row {
    uint32_t begin, end;
    rp_codes cells;              /* bases, RP_BASE_NONE or RP_CELL_GAP */
    rp_insertions insertions;    /* by column */
    rp_codes inserted;
} rp_row;

void rp_row_clear(rp_row *row);

/* Makes the row of an alignment from its traced steps (rp_align_trace: leading left and
 * right from the anchor). The row's memory is reused. False: out of memory. */
bool rp_row_make(const rp_genome *genome, const rp_query *queries, const rp_alignment *alignment, const rp_steps *left,
                 const rp_steps *right, rp_row *row) RP_MUST_CHECK;

#endif
