/* decoy.h: sequence that holds no copy of any family, to see how much a library calls there.
 *
 * The genome's own sequence read backwards, not complemented, has its composition and low complexity
 * stretch by stretch, and nothing in it descends from a family: what a library finds there is false by
 * construction. A family counts from the score on at which the decoy has no more than MAX_FALSE_SHARE
 * of what the genome has (0.2 %, as Dfam's curators set their thresholds: Storer et al. 2021).
 */
#ifndef RP_COPIES_DECOY_H
#define RP_COPIES_DECOY_H

#include <stddef.h>
#include <stdint.h>

#include "align/anchored.h"
#include "base/error.h"
#include "base/share.h"
#include "genome/view.h"

/* Blocks of the genome backwards, each a contig of its own. Zeroed before its first use; read-only when made. */
typedef struct rp_decoy {
    rp_genome genome;
    rp_bitmask excluded;
    uint32_t one_in;         /* so many blocks of the genome stand for each one here */
} rp_decoy;

/* Takes every one_in-th block of what the view shows, its excluded bases with it. Of a share only the blocks that it
 * scans (copies/scan_progress.h) have their bases; they stand where they stand in the whole. The caller clears the
 * decoy in any case. */
bool rp_decoy_make(rp_decoy *decoy, const rp_view *view, uint32_t one_in, const rp_share *share, unsigned n_threads,
                   rp_error *error) RP_MUST_CHECK;

/* The stretch of the genome that the blocks of a share are from. False: out of memory. */
bool rp_decoy_stretch(const rp_genome *genome, uint32_t one_in, const rp_share *share,
                      rp_interval *stretch) RP_MUST_CHECK;
void rp_decoy_clear(rp_decoy *decoy);

/* How a family stands against the decoy. */
typedef struct rp_decoy_figures {
    int32_t threshold;       /* evidence that its alignments need; */
    bool is_cut;             /* some have less */
    uint64_t called_bp;      /* of its alignments in the genome that have it, overlaps counted twice */
    uint64_t false_bp;       /* as many would be expected to be false: those in the decoy, times one_in */
    bool is_chance;          /* it cannot be told from the decoy: the figures are those of all its alignments */
} rp_decoy_figures;

/* False share of what a family calls; 0 when it calls nothing. */
double rp_decoy_share(const rp_decoy_figures *figures);

/* Whether an alignment of the family counts. */
static inline bool rp_decoy_passes(const rp_decoy_figures *figures, const rp_alignment *alignment)
{
    return !figures->is_cut || alignment->evidence >= figures->threshold;
}

/* The alignments in the genome and in the decoy, in any order. */
typedef struct rp_decoy_calls {
    const rp_alignment *real;
    size_t n_real;
    const rp_alignment *decoy;
    size_t n_decoy;
} rp_decoy_calls;

/* How they are judged. */
typedef struct rp_decoy_rule {
    uint32_t one_in;         /* so many blocks of the genome stand for each one of the decoy */
    int min_score;           /* that all alignments have */
    uint32_t min_copies;     /* a family to which fewer are left cannot be told from the decoy */
    unsigned n_threads;
} rp_decoy_rule;

/* Fills in figures[n_families]. A family cannot be told from the decoy when it calls a tenth as much there or fewer
 * than min_copies alignments are left to it. An array inside an element has hits there: most of the element's bases
 * score twice as much as the best of them. */
bool rp_decoy_judge(const rp_decoy_calls *calls, const rp_decoy_rule *rule, rp_decoy_figures *figures,
                    size_t n_families, rp_error *error) RP_MUST_CHECK;

#endif
