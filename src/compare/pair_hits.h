/* pair_hits.h: the alignments between two sets of sequences, with what matches in them. */
#ifndef RP_COMPARE_PAIR_HITS_H
#define RP_COMPARE_PAIR_HITS_H

#include <stdint.h>

#include "align/band.h"
#include "base/codes.h"
#include "base/error.h"
#include "base/memory.h"
#include "genome/genome.h"

/* A locally best stretch (match 2, mismatch -3, gap -5 and -2 a base, as blastn was run in
 * RepeatModeler2's paper) of an alignment of a query with a target. */
typedef struct rp_pair_hit {
    uint32_t query, target;
    bool reverse;                       /* the target is read as its reverse complement */
    uint32_t query_begin, query_end;
    uint32_t target_begin, target_end;  /* on the target's forward strand */
    uint32_t matches, mismatches;
} rp_pair_hit;

RP_ARRAY(rp_pair_hits, rp_pair_hit);

typedef struct rp_pair_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    double expected_by_chance;          /* alignments of one query of mean length */
    uint32_t pad_bp;                    /* of the band in which alignments are made anew (realign.h) */
    bool earlier_only;                  /* queries and targets are the same: each with those before it */
} rp_pair_parameters;

/* Appends the hits of all queries with the contigs of `targets`, by query, strand, target
 * and place. The same for any number of threads. */
bool rp_pair_hits_find(const rp_codes *const *queries, size_t n_queries, const rp_genome *targets,
                       const rp_pair_parameters *parameters, rp_pair_hits *hits, rp_error *error) RP_MUST_CHECK;

static inline double rp_pair_hit_difference(const rp_pair_hit *hit)
{
    const uint32_t pairs = hit->matches + hit->mismatches;
    return pairs == 0 ? 1 : (double)hit->mismatches / pairs;
}

#endif
