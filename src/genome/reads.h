/* reads.h: what of the genome a result relies on, so that it can be dropped when a cover was set there meanwhile.
 *
 * Workers make results ahead of their turn, while the committer covers bases (cover.h). Why what they make equals what
 * one thread makes, which looks at the genome only when its turn has come:
 *
 *   1. Between a result's beginning and its turn the cover only grows. Nothing uncovers a base while workers are under
 *      way: joins take their families' cover back when their pass is over.
 *   2. A base that was seen covered is therefore covered at the turn too.
 *   3. A base that was seen free, and on which anything depended, is noted here: the bases of hits and what stands
 *      beside them, places of the consensus' end, all that lanes and alignments looked at - whatever became of them.
 *      A hit or a chain that was passed over is noted as one that was used, since without it another may stand. What
 *      is not noted makes no difference whether it is free or covered: a lone hit whose flanks do not match
 *      (note_chain in family/chains.c).
 *   4. If no block that is noted has changed since the version of the cover at the beginning, each noted base is still
 *      free. With 2, every look at the cover gives at the turn what it gave: the same steps are taken, to the
 *      same result. Otherwise the result is made again, at its turn.
 *
 * Joins come back to what they made in an earlier pass. In between bases were uncovered, which breaks 1; so they note
 * covered bases that were looked at, and lone hits, too (`covered_too`), by themselves: while the cover grows they make
 * no difference. Where no noted block has changed, either way, every look gives what it gave.
 *
 * All else that a result is made of (genome, index, excluded bases, lifted intervals, families of a join's pass) does
 * not change while workers are under way.
 */
#ifndef RP_GENOME_READS_H
#define RP_GENOME_READS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    RP_READS_BLOCK_BP = 256,
    RP_READS_NUMBER = INT32_MAX, /* the bits of a block's number; the one beside them: rp_reads_note_rest */
    RP_READS_RECENT = 1024    /* blocks that are not noted again shortly after; a power of 2 */
};

/* Zeroed at first. Not thread-safe. */
typedef struct rp_reads {
    uint32_t *blocks;         /* numbers of blocks of RP_READS_BLOCK_BP, in no order, some more than once; with a bit
                                 for those that make a difference only once they are uncovered */
    size_t n, capacity;
    uint32_t *recent;         /* by the number's low bits: the block noted last, plus one */
    bool covered_too;         /* whoever notes, notes what makes a difference once it is uncovered, too */
} rp_reads;

void rp_reads_clear(rp_reads *reads);

/* Forgets what was noted. */
void rp_reads_restart(rp_reads *reads);

/* For notes that are kept: each block is there once, and no more room is taken than that needs. */
void rp_reads_settle(rp_reads *reads);

/* Notes the genome positions [begin, end), which may reach beyond the genome's end. NULL notes nothing: what is worked
 * on under a cover that stays. False: out of memory. */
bool rp_reads_note(rp_reads *reads, uint64_t begin, uint64_t end) RP_MUST_CHECK;

/* The same for what makes no difference while the cover grows: covered bases, and lone hits. */
bool rp_reads_note_rest(rp_reads *reads, uint64_t begin, uint64_t end) RP_MUST_CHECK;

/* Notes all that `more` has. NULL notes nothing. False: out of memory. */
bool rp_reads_add(rp_reads *reads, const rp_reads *more) RP_MUST_CHECK;

#endif
