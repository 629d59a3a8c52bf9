/* scan.h: all alignments of a library with a genome.
 *
 * The genome is scanned with the words of all consensus sequences; word hits that go on
 * without gaps are extended into alignments. Overlaps are left to who asked.
 */
#ifndef RP_COPIES_SCAN_H
#define RP_COPIES_SCAN_H

#include <stdint.h>

#include "align/anchored.h"
#include "align/band.h"
#include "base/account.h"
#include "base/block.h"
#include "base/error.h"
#include "copies/scan_progress.h"
#include "copies/word_hits.h"
#include "copies/word_table.h"
#include "genome/view.h"

/* What one thread aligns with. Zeroed by its owner; made at its first use. */
typedef struct rp_scan_scratch {
    rp_extender *extender;
    rp_aligner *aligner;
    uint8_t *codes;            /* of a chunk and its margins */
    rp_planes planes;          /* of the same, from the chunk's first base on */
    struct rp_scan_slot *diagonals; /* by diagonal: how far it was extended */
    struct rp_scan_slot *strips;    /* behind them, by strip of diagonals: the last word hit */
    uint32_t *touched;         /* ids of diagonals whose slots are in use; n_touched at its most: there may be more */
    size_t n_touched;
    rp_anchors anchors;
    uint32_t first_query, end_query; /* whose anchors are taken in this pass over a chunk */
    rp_lease lease;            /* of anchors and what they lead to */
    rp_word_hits hits;         /* that are taken together; */
    rp_word_hits pieces[RP_WORD_PIECES]; /* and those that others have looked up */
} rp_scan_scratch;

bool rp_scan_scratch_make(rp_scan_scratch *scratch, const rp_band_kernel *kernel) RP_MUST_CHECK;
void rp_scan_scratch_clear(rp_scan_scratch *scratch);

typedef struct rp_scan_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    int min_score;             /* and the least evidence (align/anchored.h) */
    int min_gain;              /* a word hit is extended that gains so much without gaps: +1 a match, -1 a mismatch */
    int min_evidence;          /* and whose exact and ungapped bases, twice, and agreement beside (genome/flank.h)
                                * come to so much */
    unsigned min_flank; /* a word hit counts, in a pair too, of whose 2 * RP_WORD_FLANK nearest bases so many match */
    uint32_t pair_bp; /* one is extended, too, that has another so near before it, on nearly its diagonal; 0: none */
    int pair_evidence; /* if it comes to so much, as for min_evidence */
    int weak_score; /* alignments below min_score count from here beside one that has it; 0: none */
    rp_scan_progress
        *progress; /* where the scan goes on from, and how far it came, also when it fails; NULL: the whole */
    size_t most_anchors; /* that a thread aligns in one pass; 0: by the budget. No effect on what is found */
} rp_scan_parameters;

/* Alignments in a block that is spilled where the budget has no room for it. Zeroed by its owner. */
typedef struct rp_alignment_store {
    rp_block block;
    rp_alignment *items; /* in the block */
    size_t n;
} rp_alignment_store;

/* Makes room for n more. False: error filled in. */
bool rp_alignment_store_reserve(rp_alignment_store *store, size_t n, rp_error *error) RP_MUST_CHECK;
void rp_alignment_store_clear(rp_alignment_store *store);

/* Adds the alignments whose evidence is at least min_score to *found: the same ones for any number of threads and any
 * budget, in no certain order. No two of them are alike in query, anchor and place. Where it fails and its progress is
 * kept, *found is of what is done. `scratch` has one entry a thread.
 * The table is without a part afterwards. */
bool rp_scan(const rp_view *view, rp_word_table *table, const rp_scan_parameters *parameters, rp_scan_scratch *scratch,
             rp_alignment_store *found, rp_error *error) RP_MUST_CHECK;

/* The stretch of the genome that a share scans. False: out of memory. */
bool rp_scan_stretch(const rp_genome *genome, const rp_share *share, rp_interval *stretch) RP_MUST_CHECK;

/* The score that an alignment needs for so many chance alignments to be expected. */
int rp_scan_min_score(uint64_t genome_bp, uint64_t library_bp, double expected_by_chance);

#endif
