/* discovery.h: what the parts of one search share; for this folder alone.
 *
 * discover.c sets up and takes down, producer.c sends batches, worker.c screens and claims them, growing.c makes
 * families of them, committer.c takes over what still stands, in order. Every lock belongs to the type that it guards.
 */
#ifndef RP_DISCOVER_DISCOVERY_H
#define RP_DISCOVER_DISCOVERY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/account.h"
#include "base/crew.h"
#include "base/order.h"
#include "channel/batch_size.h"
#include "claim/claims.h"
#include "claim/seed_claims.h"
#include "discover/discover.h"
#include "discover/survivors.h"
#include "family/family.h"

enum {
    RP_DISCOVERY_WINDOW = 1 << 14, /* results that may wait for an earlier one: so many for each */
    RP_DISCOVERY_SHARE = 4,        /* threads, or fewer: while one growth is due, the others go on */
    RP_DISCOVERY_NOTED = 12        /* places of a seed that a result notes; nine seeds in ten have no more */
};

/* What a worker made of a batch that passed the prescreen: reused from a free list. */
typedef struct rp_growth {
    rp_family family;
    rp_reads reads;
    rp_claim_guard guard;
    bool holds;              /* a claim, on stretches or on seeds: others may wait for it to be given back */
    uint64_t serial;         /* for which it does */
    rp_seed_ids claimed;     /* seeds, some more than once */
    rp_seed_ids among;       /* seeds among the k-mers of the consensus, when it is finished */
    rp_lease lease;          /* of copies, reads and seeds */
    struct rp_growth *next_free;
} rp_growth;

typedef struct rp_growth_pool {
    pthread_mutex_t lock;    /* guards what follows */
    rp_growth *first_free;
} rp_growth_pool;

typedef enum rp_outcome {
    RP_OUTCOME_GONE,
    RP_OUTCOME_WAITS,
    RP_OUTCOME_REJECTED,
    RP_OUTCOME_GROWN,
    RP_OUTCOME_BEHIND /* an earlier one is growing the same element: it is tried again after that; never posted */
} rp_outcome;

/* What became of a batch. */
typedef struct rp_seed_result {
    rp_outcome outcome;
    uint32_t seed_id, floor, frequency;
    uint32_t version;        /* of the cover when the work began */
    uint32_t noted[RP_DISCOVERY_NOTED]; /* of a frequency up to that: where each place, with what the prescreen sees
                                           beside it, begins: its block of RP_READS_BLOCK_BP, twice; plus one if it
                                           reaches into the next */
    rp_growth *growth;       /* of a seed that was grown, else NULL */
    uint64_t behind;         /* the serial of the earlier one */
} rp_seed_result;

/* One worker's own. */
typedef struct rp_worker {
    rp_builder *builder;
    rp_place_list *list;
    rp_batch_head batches[RP_BATCH_SIZE_MOST]; /* prescreened in one go */
    rp_posted posted[RP_BATCH_SIZE_MOST]; /* what became of them */
    rp_batch_size take;      /* how many of them */
    rp_batch batch;          /* of the work in hand */
    rp_intervals windows;    /* of a claim */
    uint64_t n_batches, n_pairs; /* worked on */
    uint64_t n_parked;       /* put back, as their claims were taken */
    uint64_t n_redone;       /* made again, as the cover had changed */
} rp_worker;

typedef struct rp_discovery {
    /* Constant while threads run. */
    const rp_view *view;
    const rp_kmer_index *index;
    const rp_discover_parameters *parameters;
    uint64_t window;         /* results that may wait for an earlier one; a power of 2 */
    bool resumes;            /* parameters->state was under way when the pass began */
    unsigned n_workers, n_cpu_workers; /* the first ones are CPU workers */
    rp_worker *workers;      /* each one's own */

    /* For all threads: each with a lock of its own, or atomic. */
    rp_order *order;
    rp_ring *ring;
    rp_survivors *survivors;
    rp_crew *crew;           /* the workers: who is idle takes parts of a large family; NULL: each grows alone */
    rp_extender **extenders; /* theirs */
    rp_growth_pool growths;
    rp_tokens tokens;
    rp_claims claims;
    rp_seed_claims *seed_claims; /* NULL: there is one worker */
    rp_cover *cover;         /* read by all, changed by the committer */
    rp_seeds *seeds;         /* so are the used ones; a tier is begun by the producer */
    rp_seed_result *results; /* by serial modulo window: of who has popped the batch; once posted, the committer's */
    atomic_bool enough;      /* max_candidates is reached; relaxed: a late look costs some batches */

    /* The producer's. */
    uint64_t n_produced;     /* serial of the next batch */
    uint64_t blocked_ns;     /* for room in the channel or a token */
    bool in_tiers;           /* the seeds are in order: there is a state to keep */

    /* The committer's, of the one thread that commits; between tiers, when nothing is under way, the producer's. */
    rp_library *library;
    rp_discover_figures *figures;
    uint64_t n_families_at_tier; /* in the library when the tier began */
    uint64_t n_pairs; /* of batches that were worked on */
    rp_intervals intervals; /* scratch, for the cover */
    bool commit_failed; /* in its midst: what is committed does not hold together */
} rp_discovery;

/* Where a serial has its place in what is kept by serial: of those that are under way no two have one. */
static inline uint32_t rp_discovery_slot(const rp_discovery *run, uint64_t serial)
{
    return (uint32_t)(serial & (run->window - 1));
}

/* producer.c: sends the seeds, tier by tier. False: the error is set. */
bool rp_discovery_produce(rp_discovery *run, rp_error *error) RP_MUST_CHECK;

/* worker.c: works until there is nothing left to do, or the search has failed; then the channel is cancelled. */
void rp_discovery_work(rp_discovery *run, unsigned worker);

/* growing.c: looks the seed up as the cover stands now: fills in the worker's batch and all of the result, without a
 * growth; GROWN: it is to be prescreened. False: out of memory. */
bool rp_discovery_look_up(rp_discovery *run, unsigned worker, uint32_t seed_id, uint32_t floor,
                          rp_seed_result *into) RP_MUST_CHECK;
/* The same, and prescreens it. */
bool rp_discovery_screen(rp_discovery *run, unsigned worker, uint32_t seed_id, uint32_t floor,
                         rp_seed_result *into) RP_MUST_CHECK;
/* Grows the worker's batch, which has passed the prescreen, for a result that has a growth. The family is void if what
 * it relies on has been covered meanwhile; and where an earlier one grows the same element the outcome is BEHIND then.
 * False: out of memory, or the run is to end. */
bool rp_discovery_grow(rp_discovery *run, unsigned worker, uint64_t serial, rp_seed_result *made) RP_MUST_CHECK;
/* Looks a seed up, prescreens and grows it anew until the growth is not void, or the outcome is another; a growth that
 * the result has is used, and stays its own in any case. False: out of memory, or the run is to end. */
bool rp_discovery_make_again(rp_discovery *run, unsigned worker, uint64_t serial, rp_seed_result *made) RP_MUST_CHECK;
/* Whether what a result relies on has changed since its version of the cover. */
bool rp_discovery_is_stale(const rp_discovery *run, const rp_seed_result *made);
/* Gives back the growth of a result, with its claims. */
void rp_discovery_release(rp_discovery *run, rp_seed_result *made);

/* The free growths; thread-safe. take: one that is to be returned, NULL: out of memory. */
bool rp_growth_pool_init(rp_growth_pool *growths) RP_MUST_CHECK;
void rp_growth_pool_clear(rp_growth_pool *growths); /* frees those that were returned */
rp_growth *rp_growth_pool_take(rp_growth_pool *growths) RP_MUST_CHECK;
void rp_growth_pool_return(rp_growth_pool *growths, rp_growth *used); /* its guard must hold nothing */

/* Claims the windows around the places of the worker's batch for its result's growth, and gives its claims back: then
 * those that wait for them go on. */
rp_claim_status rp_discovery_claim(rp_discovery *run, unsigned worker, uint64_t serial, rp_growth *into) RP_MUST_CHECK;
void rp_discovery_give_back(rp_discovery *run, rp_growth *growth);

/* committer.c: the order's commit function; the context is the discovery, a result an rp_seed_result. */
bool rp_discovery_commit(void *context, uint64_t serial, void *posted, unsigned worker, rp_error *error) RP_MUST_CHECK;
/* Has the state kept as it is committed; there must be a hook. */
void rp_discovery_keep(const rp_discovery *run);
/* Covers its copies. False: out of memory. */
bool rp_discovery_cover(rp_discovery *run, const rp_family *family) RP_MUST_CHECK;

#endif
