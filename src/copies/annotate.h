/* annotate.h: every copy of every family over the whole genome.
 *
 * The genome is scanned with the words of all consensus sequences; word hits that go on
 * without gaps are extended into alignments; where alignments overlap the best keeps the
 * bases; what is left of the others are parts, and parts of one insertion are linked.
 */
#ifndef RP_COPIES_ANNOTATE_H
#define RP_COPIES_ANNOTATE_H

#include <stddef.h>
#include <stdint.h>

#include "align/band.h"
#include "align/row.h"
#include "base/codes.h"
#include "base/error.h"
#include "genome/view.h"

/* One part of a copy: an aligned genome interval. */
typedef struct rp_part {
    uint64_t begin, end;             /* genome positions */
    uint32_t family;                 /* index of the consensus */
    uint32_t consensus_begin, consensus_end;
    uint32_t copy;                   /* parts of one copy have the same number, counted from 0 */
    int32_t score;                   /* of the alignment that the part is from */
    float divergence;                /* percent, Kimura's two parameters, CpG-aware; of this part */
    bool reverse;
    rp_alignment alignment;          /* the whole alignment, for a traceback (query 2 * family + reverse) */
} rp_part;

RP_ARRAY(rp_parts, rp_part);

typedef struct rp_annotate_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    double expected_by_chance;       /* alignments that a random genome and library of these sizes may give */
    uint32_t min_copies;             /* families with fewer copies get none: others may have their bases */
} rp_annotate_parameters;

/* Finds the parts, in genome order, numbered by copy in that order. `view` shows the whole
 * genome; its `excluded` bases give no word hits. Thread count does not change the result. */
bool rp_annotate(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                 const rp_annotate_parameters *parameters, rp_parts *parts, rp_error *error) RP_MUST_CHECK;

/* The score that an alignment needs for so many chance alignments to be expected. */
int rp_annotate_min_score(uint64_t genome_bp, uint64_t library_bp, double expected_by_chance);

/* Kimura two-parameter divergence, in percent, of the row's columns [begin, end) against the
 * consensus: at a CpG of the consensus two transitions count as one and a single one as a
 * tenth, as RepeatMasker counts them. */
double rp_row_divergence(const rp_row *row, const uint8_t *consensus, uint32_t begin, uint32_t end);

/* Makes the rows of n parts (n <= RP_LANES / 2), each clipped to its part; kept[i] is the genome
 * interval of what is in the row (the part itself, for parts that rp_annotate gave). Not
 * thread-safe for one aligner. `queries` are those of the library (rp_word_table). */
bool rp_part_rows(rp_aligner *aligner, const rp_view *view, const rp_query *queries, const rp_part *const *parts,
                  size_t n, rp_steps *steps, rp_row *rows, rp_interval *kept) RP_MUST_CHECK;

#endif
