/* growing.c: a seed is looked up, prescreened and grown; see discovery.h. */
#include "discover/discovery.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "produce/prescreen.h"

enum {
    KEPT_BYTES = 1 << 18, /* of a growth that nobody uses; most have less */
    CLAIMED_AGAIN = 4     /* the seeds of a consensus are claimed again when it is longer by one in so many */
};

/* The blocks on which a look at few places, and the prescreen, rely. Places that were covered stay so; one that was
 * passed over, as it stands near one that counts, is passed over as long as that one counts. */
static void note_places(const rp_discovery *run, const rp_batch *batch, rp_seed_result *into)
{
    const unsigned k = rp_kmer_index_k(run->index);
    const uint32_t n = batch->head.frequency <= RP_DISCOVERY_NOTED ? batch->head.n_places : 0;
    for (uint32_t i = 0; i < n; i++) {
        const rp_interval seen = rp_prescreen_stretch(run->view, batch->places[i].position, k);
        const uint64_t block = seen.begin / RP_READS_BLOCK_BP;
        into->noted[i] = (uint32_t)(2 * block + ((seen.end - 1) / RP_READS_BLOCK_BP > block));
    }
}

bool rp_discovery_look_up(rp_discovery *run, unsigned worker, uint32_t seed_id, uint32_t floor, rp_seed_result *into)
{
    rp_worker *self = &run->workers[worker];
    into->seed_id = seed_id;
    into->floor = floor;
    into->version = rp_cover_version(run->cover);
    into->growth = NULL;
    const rp_seed_state state = rp_seeds_fill(run->seeds, run->view, seed_id, floor, self->list, &self->batch);
    into->frequency = self->batch.head.frequency;
    if (state == RP_SEED_NO_MEMORY)
        return false;
    if (state == RP_SEED_GONE)
        into->outcome = RP_OUTCOME_GONE;
    else if (state == RP_SEED_WAITS)
        into->outcome = RP_OUTCOME_WAITS;
    else
        into->outcome = RP_OUTCOME_GROWN;
    note_places(run, &self->batch, into);
    return true;
}

bool rp_discovery_screen(rp_discovery *run, unsigned worker, uint32_t seed_id, uint32_t floor, rp_seed_result *into)
{
    if (!rp_discovery_look_up(run, worker, seed_id, floor, into))
        return false;
    if (into->outcome == RP_OUTCOME_GROWN &&
        !rp_prescreen(run->view, &run->workers[worker].batch, rp_kmer_index_k(run->index)))
        into->outcome = RP_OUTCOME_REJECTED;
    return true;
}

static void hold(rp_discovery *run, uint64_t serial, rp_growth *growth)
{
    growth->holds = true;
    growth->serial = serial;
    growth->claimed.n = 0;
    rp_survivors_hold(run->survivors, rp_discovery_slot(run, serial));
}

rp_claim_status rp_discovery_claim(rp_discovery *run, unsigned worker, uint64_t serial, rp_growth *into)
{
    rp_worker *self = &run->workers[worker];
    const rp_batch *batch = &self->batch;
    const uint64_t reach = run->parameters->extension_length_bp;
    const uint32_t slot = rp_discovery_slot(run, serial);
    self->windows.n = 0;
    for (uint32_t i = 0; i < batch->head.n_places; i++) {
        const uint64_t at = batch->places[i].position;
        const rp_interval window = {at < reach ? 0 : at - reach, at + rp_kmer_index_k(run->index) + reach};
        if (!rp_intervals_push(&self->windows, window))
            return RP_CLAIM_NO_MEMORY;
    }
    const rp_claim_status status =
        rp_claims_take(&run->claims, self->windows.items, self->windows.n, slot + 1, &into->guard);
    if (status == RP_CLAIM_HELD)
        hold(run, serial, into);
    return status;
}

void rp_discovery_give_back(rp_discovery *run, rp_growth *growth)
{
    if (!growth->holds)
        return;
    growth->holds = false;
    rp_claims_give_back(&run->claims, &growth->guard);
    if (run->seed_claims != NULL)
        rp_seed_claims_give_back(run->seed_claims, growth->serial, growth->claimed.items, growth->claimed.n);
    growth->claimed.n = 0;
    const uint32_t n = rp_survivors_release(run->survivors, rp_discovery_slot(run, growth->serial));
    if (n > 0)
        rp_ring_wake(run->ring, n); /* first they may be taken, then workers are woken */
}

static uint64_t bytes_of(const rp_growth *growth)
{
    return growth->family.copies.capacity * sizeof *growth->family.copies.items +
           growth->reads.capacity * sizeof *growth->reads.blocks +
           (growth->claimed.capacity + growth->among.capacity) * sizeof *growth->among.items;
}

/* A growth under way. */
typedef struct watched_growth {
    rp_discovery *run;
    rp_seed_result *made;
    uint64_t serial;
    uint32_t seen;    /* version of the cover on which it still stands */
    size_t claimed;   /* length of the consensus whose seeds it has claimed */
} watched_growth;

/* Claims the seeds of a consensus that has become longer by a part of what it was. Without memory it claims none. */
static bool meets_earlier(watched_growth *watched, uint64_t *holder)
{
    rp_growth *growth = watched->made->growth;
    const size_t n = growth->family.consensus.n, first = growth->claimed.n;
    if (n < watched->claimed + watched->claimed / CLAIMED_AGAIN + 1 ||
        !rp_seeds_among(watched->run->seeds, &growth->family.consensus, &growth->claimed))
        return false;
    watched->claimed = n;
    return rp_seed_claims_take(watched->run->seed_claims, watched->serial, growth->claimed.items + first,
                               growth->claimed.n - first, holder);
}

static bool is_void(void *context)
{
    watched_growth *watched = context;
    rp_discovery *run = watched->run;
    rp_seed_result *made = watched->made;
    const uint32_t now = rp_cover_version(run->cover);
    if (now != watched->seen && rp_cover_has_changed(run->cover, &made->growth->reads, made->version))
        return true;
    watched->seen = now;
    if (run->seed_claims == NULL)
        return false;
    if (!rp_seed_claims_has_earlier(run->seed_claims, watched->serial, made->seed_id, &made->behind) &&
        !meets_earlier(watched, &made->behind))
        return false;
    made->outcome = RP_OUTCOME_BEHIND;
    return true;
}

static bool claim_own(rp_discovery *run, uint64_t serial, const rp_seed_result *made)
{
    rp_growth *growth = made->growth;
    if (!growth->holds)
        hold(run, serial, growth);
    if (!rp_seed_ids_push(&growth->claimed, made->seed_id))
        return false;
    rp_seed_claims_take_own(run->seed_claims, serial, made->seed_id);
    return true;
}

bool rp_discovery_grow(rp_discovery *run, unsigned worker, uint64_t serial, rp_seed_result *made)
{
    rp_worker *self = &run->workers[worker];
    rp_growth *into = made->growth;
    watched_growth watched = {.run = run, .made = made, .serial = serial, .seen = made->version};
    const rp_batch *batch = &self->batch;
    self->n_batches++;
    self->n_pairs += rp_batch_n_pairs(&batch->head);
    rp_count(RP_COUNT_GROWN, 1);
    rp_reads_restart(&into->reads);
    rp_crew_set_rank(run->crew, worker, serial);
    if (run->seed_claims != NULL && !claim_own(run, serial, made))
        return false;
    rp_builder_watch(self->builder, is_void, &watched);
    bool ok = rp_family_grow(self->builder, run->view, run->index, batch->kmer, batch->places, batch->head.n_places,
                             &into->family, &into->reads);
    rp_builder_watch(self->builder, NULL, NULL);
    into->family.seed.count = batch->head.frequency;
    into->among.n = 0;
    ok = ok && (into->family.is_void || rp_seeds_among(run->seeds, &into->family.consensus, &into->among));
    rp_lease_set(&into->lease, bytes_of(into));
    return ok;
}

bool rp_growth_pool_init(rp_growth_pool *growths)
{
    *growths = (rp_growth_pool){0};
    return pthread_mutex_init(&growths->lock, NULL) == 0;
}

static void empty(rp_growth *growth)
{
    rp_family_clear(&growth->family);
    rp_reads_clear(&growth->reads);
    free(growth->claimed.items);
    free(growth->among.items);
    growth->claimed = growth->among = (rp_seed_ids){0};
    rp_lease_set(&growth->lease, 0);
}

void rp_growth_pool_clear(rp_growth_pool *growths)
{
    while (growths->first_free != NULL) {
        rp_growth *gone = growths->first_free;
        growths->first_free = gone->next_free;
        empty(gone);
        rp_claim_guard_clear(&gone->guard);
        free(gone);
    }
    (void)pthread_mutex_destroy(&growths->lock);
}

rp_growth *rp_growth_pool_take(rp_growth_pool *growths)
{
    (void)pthread_mutex_lock(&growths->lock);
    rp_growth *taken = growths->first_free;
    if (taken != NULL)
        growths->first_free = taken->next_free;
    (void)pthread_mutex_unlock(&growths->lock);
    return taken != NULL ? taken : rp_alloc(1, sizeof *taken);
}

void rp_growth_pool_return(rp_growth_pool *growths, rp_growth *used)
{
    if (used->lease.bytes > KEPT_BYTES)
        empty(used);
    (void)pthread_mutex_lock(&growths->lock);
    used->next_free = growths->first_free;
    growths->first_free = used;
    (void)pthread_mutex_unlock(&growths->lock);
}
