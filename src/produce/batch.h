/* batch.h: the candidate pairs of one seed, the unit of the channel, of a claim and of a worker's task. */
#ifndef RP_PRODUCE_BATCH_H
#define RP_PRODUCE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "index/kmer_index.h"

enum {
    RP_BATCH_PLACES = 64,     /* places of a seed that a batch carries: an even sample */
    RP_SEED_MIN_COUNT = 3     /* places that a seed needs; 5 lost 9 % of the families, 2 brought none */
};

/* All of a batch but its places: what goes through the channel. Who takes it looks the places up. */
typedef struct rp_batch_head {
    uint64_t serial;          /* rank: results are committed in this order */
    uint32_t seed_id;         /* its number in the index */
    uint32_t frequency;       /* places that were free when they were counted, apart and not in tandem */
    uint32_t floor;           /* with fewer than this the seed waits for its turn */
    uint32_t n_places;        /* of them, in a batch */
} rp_batch_head;

/* Regions around the places of one seed; every two of them are a candidate pair. */
typedef struct rp_batch {
    rp_batch_head head;
    uint64_t kmer;            /* the seed, canonical */
    rp_place places[RP_BATCH_PLACES];
} rp_batch;

/* Candidate pairs that a batch stands for: what the channel's capacity counts. */
static inline uint64_t rp_batch_n_pairs(const rp_batch_head *batch)
{
    return (uint64_t)batch->n_places * (batch->n_places > 0 ? batch->n_places - 1 : 0) / 2;
}

#endif
