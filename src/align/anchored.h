/* anchored.h: local alignments of many queries with the genome, each through an anchor point.
 *
 * Queries come in pairs: query 2i + 1 is the reverse complement of query 2i, so that the
 * genome is always read forwards. An anchor is a genome position and a place in a query;
 * it is extended both ways. An anchor that lies on the path of an alignment of the same
 * query found before it is not extended again.
 */
#ifndef RP_ALIGN_ANCHORED_H
#define RP_ALIGN_ANCHORED_H

#include <stddef.h>
#include <stdint.h>

#include "align/extend.h"
#include "base/error.h"
#include "genome/reads.h"
#include "genome/view.h"

typedef struct rp_query {
    const uint8_t *codes; /* 0-3 */
    uint32_t length;
    bool tandem; /* its parts resemble each other: an alignment speaks for all the genome under it, on any diagonal */
} rp_query;

typedef struct rp_anchor {
    uint64_t position; /* the genome base right of the anchor point */
    uint32_t place; /* the query base right of it */
    uint32_t query;
    bool done; /* extended, or known to lie on an alignment */
} rp_anchor;

RP_ARRAY(rp_anchors, rp_anchor);

/* Sorts by query, position and place. */
void rp_anchors_sort(rp_anchors *anchors);

typedef struct rp_alignment {
    uint64_t begin, end; /* genome positions */
    uint32_t query;
    uint32_t query_begin, query_end;
    int32_t score;
    int32_t evidence; /* what the score is worth by the composition of both sides (align/significance.h) */
    uint64_t anchor; /* from where, and how far, both extensions went: for a traceback */
    uint32_t place;
    uint32_t left_query, left_target, right_query, right_target;
} rp_alignment;

RP_ARRAY(rp_alignments, rp_alignment);

/* By where they stand on genome, query and query's path: 0 for no two that differ. */
int rp_alignment_compare_places(const rp_alignment *a, const rp_alignment *b);

/* What an alignment must come to. */
typedef struct rp_align_limits {
    int min_score, min_evidence; /* evidence is never above the score */
    int x_drop;
} rp_align_limits;

typedef struct rp_aligner rp_aligner;

/* NULL: out of memory. Works with the extender that it is given; one for each thread. */
rp_aligner *rp_aligner_create(rp_extender *extender) RP_MUST_CHECK;
void rp_aligner_destroy(rp_aligner *aligner);

/* From now on the members of a crew take parts of what is extended; `with` is copied. The same alignments come out. */
void rp_aligner_share(rp_aligner *aligner, const rp_extenders *with);

/* Aligns through all anchors, which are sorted by query and position, and appends the
 * alignments within the limits to *alignments. Notes in `reads` (or NULL)
 * what was looked at. The anchors are gone afterwards. False: out of memory, or the run is to end. */
bool rp_align_anchors(rp_aligner *aligner, const rp_view *view, const rp_query *queries, rp_anchors *anchors,
                      const rp_align_limits *limits, rp_alignments *alignments, rp_reads *reads) RP_MUST_CHECK;

/* Traces n alignments: steps[2i] leads left from the anchor of alignment i, steps[2i + 1] right. The steps' arrays are
 * reused. Best for many at once. False: out of memory. */
bool rp_align_trace(rp_extender *extender, const rp_view *view, const rp_query *queries, const rp_alignment *alignments,
                    size_t n, rp_steps *steps) RP_MUST_CHECK;

#endif
