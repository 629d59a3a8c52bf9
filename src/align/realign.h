/* realign.h: exact global alignment of two short sequences in a wide band.
 *
 * Gotoh's recurrence (J. Mol. Biol. 1982) with match 2, mismatch -3, gap -5 and -2 a base.
 * The band holds the corner diagonals and pad_bp on either side, so that gaps which the
 * extension's narrow band has to go around are seen.
 */
#ifndef RP_ALIGN_REALIGN_H
#define RP_ALIGN_REALIGN_H

#include <stddef.h>
#include <stdint.h>

#include "align/extend.h"
#include "base/error.h"

enum { RP_REALIGN_MATCH = 2, RP_REALIGN_MISMATCH = -3, RP_REALIGN_GAP_OPEN = -5, RP_REALIGN_GAP_BASE = -2 };

/* Reused memory of one thread. Zeroed by its owner.
 *
 * The trace of a large alignment is made again, a block of rows at a time, from the rows before the blocks, which are
 * kept: two thirds more time, and memory by the square root of the rows in place of the rows (Hirschberg's idea in the
 * form of Grice et al., CABIOS 1997).
 */
typedef struct rp_realigner {
    int32_t *scores, *deletions;   /* of a row's cells */
    size_t row_capacity, deletion_capacity;
    int32_t *kept;                 /* the same of the rows before each block, both of one block together */
    size_t kept_capacity;
    uint8_t *trace;                /* of the rows of a block */
    size_t trace_capacity;
} rp_realigner;

void rp_realigner_clear(rp_realigner *realigner);

/* Aligns all of the query with all of the target; *steps: the path from their beginnings on. Codes
 * over 3 match nothing. False: out of memory. */
bool rp_realign(rp_realigner *realigner, const uint8_t *query, uint32_t query_bp, const uint8_t *target,
                uint32_t target_bp, uint32_t pad_bp, rp_steps *steps) RP_MUST_CHECK;

#endif
