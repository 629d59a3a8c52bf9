/* join.h: puts families together that are parts of one element.
 *
 * Two signs are followed. Ends that meet: copies of two families stand side by side again and again, end to end or at
 * one distance, without what was inserted between them (meetings.h). Interior joins: copies of one family end, again
 * and again, where another family's copies begin at one and the same interior point; that piece of the other family is
 * theirs too (a transposon whose ends a MITE made its own, say). Families of LTR elements that run round are cut open
 * at their LTR (circle.h).
 */
#ifndef RP_LIBRARY_JOIN_H
#define RP_LIBRARY_JOIN_H

#include "align/band.h"
#include "base/error.h"
#include "base/keep_hook.h"
#include "genome/cover.h"
#include "family/library.h"
#include "genome/view.h"
#include "index/kmer_index.h"

enum { RP_JOIN_PASSES = 4 };

typedef struct rp_join_figures {
    uint64_t n_tried, n_end_joins, n_interior_joins, n_circles;
    uint64_t cells;    /* of this run */
} rp_join_figures;

typedef struct rp_join_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    uint32_t max_extension_bp;
    rp_keep_hook hook;     /* called after each pass, with library, cover and figures as they are then */
    uint32_t *next_pass; /* to go on from, and counted on; RP_JOIN_PASSES: there are no more. NULL: from the first */
} rp_join_parameters;

/* Joins families in *library; a family that went into another is left with an empty
 * consensus. The cover follows. *figures are counted on. */
bool rp_join_families(const rp_view *view, const rp_kmer_index *index, rp_cover *cover,
                      const rp_join_parameters *parameters, rp_library *library, rp_join_figures *figures,
                      rp_error *error) RP_MUST_CHECK;

#endif
