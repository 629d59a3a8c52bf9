/* seeds.h: which k-mers are seeds, in which order, and where they stand.
 *
 * Seeds go from frequent to rare. Their count is that of the places not yet covered, so
 * it falls as families are committed; a seed whose count has fallen below the floor of
 * the present tier waits for the tier of its new count. The order within a tier is fixed
 * when the tier begins: by count, then by the index's number. Everything here is a
 * function of the genome, the parameters and the commits so far.
 */
#ifndef RP_PRODUCE_SEEDS_H
#define RP_PRODUCE_SEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/error.h"
#include "genome/view.h"
#include "index/kmer_index.h"
#include "produce/batch.h"

typedef struct rp_seed_limits {
    uint32_t min_frequency;   /* at least RP_SEED_MIN_COUNT */
    uint32_t max_frequency;   /* k-mers that stand more often in the genome are no seeds */
    uint32_t tandem_distance_bp; /* places of one strand nearer than this to the one before do not count; 0: 500 */
    bool intra_contig;        /* pairs within one contig only */
} rp_seed_limits;

typedef struct rp_seeds rp_seeds;

/* NULL: error filled in. The view and the index must outlive the seeds. */
rp_seeds *rp_seeds_create(const rp_view *view, const rp_kmer_index *index, const rp_seed_limits *limits,
                          unsigned n_threads, rp_error *error) RP_MUST_CHECK;
void rp_seeds_destroy(rp_seeds *seeds);

/* Begins the next tier that has seeds. *n: seeds in it; 0: there are no more. No commit
 * may be under way. */
bool rp_seeds_next_tier(rp_seeds *seeds, size_t *n, rp_error *error) RP_MUST_CHECK;

/* Goes on in tier number `tier` after an interruption: the seeds that were used then are used (n_words
 * words of 64 seeds, by id), and the tier's order is made from the view, which must show the cover that
 * the tier began with. *n: seeds left in it, 0 included. Called once, before any other tier. */
bool rp_seeds_resume(rp_seeds *seeds, uint32_t tier, const uint64_t *used, uint64_t n_words, size_t *n,
                     rp_error *error) RP_MUST_CHECK;

uint32_t rp_seeds_tier(const rp_seeds *seeds);            /* number of the present tier */
const rp_bitmask *rp_seeds_used(const rp_seeds *seeds);   /* by id */

/* Scratch of one thread for looking places up. NULL: out of memory. */
typedef struct rp_place_list rp_place_list;
rp_place_list *rp_place_list_create(void) RP_MUST_CHECK;
void rp_place_list_destroy(rp_place_list *list);

typedef enum rp_seed_state {
    RP_SEED_READY,
    RP_SEED_GONE,      /* too few of its places are free: it stays so */
    RP_SEED_WAITS,     /* fewer than the floor: to be put down with rp_seeds_defer */
    RP_SEED_NO_MEMORY
} rp_seed_state;

/* Fills in a batch's seed, frequency and places (an even sample of them) from the view as it
 * stands now. Thread-safe with a list for each thread. */
rp_seed_state rp_seeds_fill(const rp_seeds *seeds, const rp_view *view, uint32_t seed_id, uint32_t floor,
                            rp_place_list *list, rp_batch *batch) RP_MUST_CHECK;

/* The seed of this rank in the present tier, with the places that were counted when the tier began; no serial. */
rp_batch_head rp_seeds_head(const rp_seeds *seeds, size_t rank);
uint32_t rp_seeds_floor(const rp_seeds *seeds);           /* of the present tier */

/* Puts a seed down for the tier of this count. Called by the committer. */
bool rp_seeds_defer(rp_seeds *seeds, uint32_t seed_id, uint32_t count) RP_MUST_CHECK;

RP_ARRAY(rp_seed_ids, uint32_t);

/* Appends the ids of the seeds among the k-mers of a consensus. Thread-safe. False: out of memory. */
bool rp_seeds_among(const rp_seeds *seeds, const rp_codes *consensus, rp_seed_ids *ids) RP_MUST_CHECK;

/* Marks a seed as used: it has had its turn, or is among the k-mers of a family's consensus, so that it starts no
 * family again. Only the committer calls it; it may run beside readers. */
void rp_seeds_use_one(rp_seeds *seeds, uint32_t seed_id);
bool rp_seeds_is_used(const rp_seeds *seeds, uint32_t seed_id);

/* Share of the tiers that are done, when `done` of the n seeds of the present one are. Tiers take alike. */
double rp_seeds_share(const rp_seeds *seeds, size_t done, size_t n);

uint64_t rp_seeds_total(const rp_seeds *seeds); /* seeds at the start */

#endif
