/* family_copies.h: the copies of one family that a run has told, for its export. */
#ifndef RP_OUTPUT_FAMILY_COPIES_H
#define RP_OUTPUT_FAMILY_COPIES_H

#include "base/error.h"
#include "base/memory.h"
#include "genome/genome.h"

/* A line of copies.bed. */
typedef struct rp_family_part {
    uint64_t begin, end;     /* genome positions */
    uint32_t consensus_begin, consensus_end;
    uint32_t copy;           /* number, from 1 on */
    uint32_t agreeing;       /* consensus bases less the share that differs */
    bool reverse;
    char *line;              /* as it stands in the file; owned */
    char kind[16];
} rp_family_part;

/* In the order of the file: that of the genome. */
RP_ARRAY(rp_family_parts, rp_family_part);

/* A copy: its parts are [first, first + n) of the list, sorted by copy and place. */
typedef struct rp_family_copy {
    size_t first, n;
    uint64_t agreeing;       /* of all parts */
} rp_family_copy;

RP_ARRAY(rp_family_copies, rp_family_copy);

/* Reads the parts of a family, whose consensus has consensus_bp bases, from a BED file of copies (plain or bgzip) of
 * this genome. False: error filled in. The caller clears them in any case. */
bool rp_family_parts_read(const char *path, const rp_genome *genome, const char *family, size_t consensus_bp,
                          rp_family_parts *parts, rp_error *error) RP_MUST_CHECK;
void rp_family_parts_clear(rp_family_parts *parts);

/* Sorts the parts by copy, and lists at most `most` copies: those with most bases that agree with the consensus, of two
 * with as many the first in the genome. False: out of memory. */
bool rp_family_copies_choose(rp_family_parts *parts, size_t most, rp_family_copies *copies) RP_MUST_CHECK;

#endif
