/* bed_line.h: a line of copies.bed, read back: one part of a copy. */
#ifndef RP_COPIES_BED_LINE_H
#define RP_COPIES_BED_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rp_bed_line {
    const char *contig, *family; /* in the line; the contig as output/names.h writes it */
    const char *kind;            /* what the copy is; "": it is not told */
    uint64_t begin, end;         /* on the contig, 0-based and half-open; not empty, below 2^32 bases */
    uint32_t consensus_begin, consensus_end; /* not empty */
    double divergence;           /* percent */
    uint32_t copy, host; /* numbers of its copy and of the copy around that, from 1 on; 0: not told, or none */
    bool reverse;
} rp_bed_line;

/* Cuts a line at its tabs. Columns up to the consensus' end must be there. False: it is no line of copies.bed.
 * Thread-safe. */
bool rp_bed_line_parse(char *line, rp_bed_line *parsed) RP_MUST_CHECK;

/* PREFIX and ending, with .gz where only that is there; to be freed, NULL where neither is. False: out of memory. */
bool rp_result_look_for(const char *prefix, const char *ending, char **path) RP_MUST_CHECK;

#endif
