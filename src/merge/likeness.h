/* likeness.h: how one sequence lies in another, by all alignments of the two.
 *
 * Alignments that follow each other on both are one chain. Bases that a chain passes over on either side are few, so
 * that a version with a large deletion is not like what it came from. A sequence of which the two halves lie in the
 * other the wrong way round is a rotation of it: an LTR element that was cut open at another point.
 */
#ifndef RP_MERGE_LIKENESS_H
#define RP_MERGE_LIKENESS_H

#include "compare/pair_hits.h"

typedef struct rp_likeness {
    bool reverse;                        /* it lies in the other's reverse complement */
    bool rotated;                        /* in two parts: the spans below are the first one's */
    uint64_t matches, mismatches;
    uint64_t covered, target_covered;    /* bases in alignments */
    uint32_t query_begin, query_end;     /* what the chain spans; */
    uint32_t target_begin, target_end;   /* on the target's forward strand */
} rp_likeness;

/* The share of aligned pairs that match. */
double rp_likeness_identity(const rp_likeness *like);

/* Bases of the target, on its forward strand, that the query lacks between two stretches which it has. */
typedef struct rp_missing {
    uint32_t begin, end;
} rp_missing;

/* Reused memory of one thread. Zeroed by its owner. */
typedef struct rp_likeness_scratch {
    struct rp_link *links;
    size_t capacity;
} rp_likeness_scratch;

void rp_likeness_scratch_clear(rp_likeness_scratch *scratch);

/* Judges the n > 0 hits of one query with one target on one strand, in the order of pair_hits.h. max_gap_bp: what a
 * chain may pass over at once. *missing: the most that the best chain without that bound passes over on the target
 * and not on the query; begin = end: nothing. False: out of memory. */
bool rp_liken(const rp_pair_hit *hits, size_t n, uint32_t query_bp, uint32_t target_bp, uint32_t max_gap_bp,
              rp_likeness_scratch *scratch, rp_likeness *like, rp_missing *missing) RP_MUST_CHECK;

#endif
