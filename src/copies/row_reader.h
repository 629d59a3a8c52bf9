/* row_reader.h: the aligned rows of findings' parts, for writers and for what looks at copies base by base. */
#ifndef RP_COPIES_ROW_READER_H
#define RP_COPIES_ROW_READER_H

#include "copies/findings.h"
#include "copies/part_rows.h"

/* What rows are made with. One for each thread; zeroed at the start. */
typedef struct rp_row_reader {
    rp_steps steps[2];
} rp_row_reader;

void rp_row_reader_clear(rp_row_reader *reader);

/* Makes the row of one of the findings' parts, clipped to it. The row's memory is reused. False: out of memory. */
bool rp_row_read(rp_row_reader *reader, const rp_findings *findings, const rp_part *part, rp_row *row) RP_MUST_CHECK;

#endif
