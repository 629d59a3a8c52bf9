/* pairs.h: the candidate pairs of a search as a table, for those who study what was looked at.
 *
 * A pair is two regions around places of one seed, each with its contig, its place there, its length and its strand.
 * The places are those of a batch, an even sample of at most RP_BATCH_PLACES, so that a seed has 2016 pairs at most.
 * The committer writes them, in the order of the seeds: the table is a function of what the families are a function of.
 *
 * A run that keeps its state writes the rows to a file beside it first. The state has the number of pairs so far: a run
 * that goes on from it goes on behind as many rows, and the table is that of a run that nobody disturbed.
 */
#ifndef RP_DISCOVER_PAIRS_H
#define RP_DISCOVER_PAIRS_H

#include "base/error.h"
#include "base/file.h"
#include "genome/genome.h"
#include "produce/batch.h"

typedef struct rp_pairs rp_pairs;

/* A seed that has had its turn. */
typedef struct rp_pairs_seed {
    unsigned pass;            /* from 1 on */
    unsigned k;
    uint64_t rank;            /* in the pass, from 1 on */
    bool is_grown;            /* it has passed the prescreen */
    const rp_batch *batch;
} rp_pairs_seed;

/* The table goes to `to`, which must outlive it; `beside`: where rows are kept until then, NULL: nowhere. The first
 * n_before rows there stay, of those of an interrupted run; it is an error if there are fewer. NULL: error
 * filled in. */
rp_pairs *rp_pairs_open(rp_file *to, const char *beside, uint64_t n_before, rp_error *error) RP_MUST_CHECK;

/* Writes the pairs of one seed. One thread at a time. */
bool rp_pairs_add(rp_pairs *pairs, const rp_genome *genome, const rp_pairs_seed *seed, rp_error *error) RP_MUST_CHECK;

/* Before the state is kept: the rows so far are on disk. The next rp_pairs_add or rp_pairs_finish tells a failure. */
void rp_pairs_sync(rp_pairs *pairs);

/* Writes the rest of the table. */
bool rp_pairs_finish(rp_pairs *pairs, rp_error *error) RP_MUST_CHECK;

/* Closes it in any state; what is kept beside stays. NULL is legal. */
void rp_pairs_close(rp_pairs *pairs);

#endif
