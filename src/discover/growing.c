/* growing.c: a seed is looked up, prescreened and grown; see discovery.h. */
#include "discover/discovery.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "produce/prescreen.h"

enum { KEPT_BYTES = 1 << 18 }; /* of a growth that nobody uses; most have less */

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

rp_claim_status rp_discovery_claim(rp_discovery *run, unsigned worker, uint64_t serial, rp_growth *into)
{
    rp_worker *self = &run->workers[worker];
    const rp_batch *batch = &self->batch;
    const uint64_t reach = run->parameters->extension_length_bp;
    const uint32_t slot = (uint32_t)(serial % RP_DISCOVERY_WINDOW);
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
        rp_survivors_hold(run->survivors, slot);
    return status;
}

void rp_discovery_give_back(rp_discovery *run, uint64_t serial, rp_growth *growth)
{
    if (!growth->guard.held)
        return;
    rp_claims_give_back(&run->claims, &growth->guard);
    const uint32_t n = rp_survivors_release(run->survivors, (uint32_t)(serial % RP_DISCOVERY_WINDOW));
    if (n > 0)
        rp_ring_wake(run->ring, n); /* first they may be taken, then workers are woken */
}

static uint64_t bytes_of(const rp_growth *growth)
{
    return growth->family.copies.capacity * sizeof *growth->family.copies.items +
           growth->reads.capacity * sizeof *growth->reads.blocks;
}

/* A growth under way, and the cover that it began with. */
typedef struct watched_growth {
    const rp_discovery *run;
    const rp_growth *growth;
    uint32_t began, seen; /* versions of the cover: seen: that the growth still stands on */
} watched_growth;

static bool is_void(void *context)
{
    watched_growth *watched = context;
    const rp_cover *cover = watched->run->cover;
    const uint32_t now = rp_cover_version(cover);
    if (now == watched->seen)
        return false;
    watched->seen = now;
    return rp_cover_has_changed(cover, &watched->growth->reads, watched->began);
}

bool rp_discovery_grow(rp_discovery *run, unsigned worker, uint32_t version, rp_growth *into)
{
    rp_worker *self = &run->workers[worker];
    watched_growth watched = {run, into, version, version};
    const rp_batch *batch = &self->batch;
    self->n_batches++;
    self->n_pairs += rp_batch_n_pairs(&batch->head);
    rp_count(RP_COUNT_GROWN, 1);
    rp_reads_restart(&into->reads);
    rp_builder_watch(self->builder, is_void, &watched);
    const bool ok = rp_family_grow(self->builder, run->view, run->index, batch->kmer, batch->places,
                                   batch->head.n_places, &into->family, &into->reads);
    rp_builder_watch(self->builder, NULL, NULL);
    into->family.seed.count = batch->head.frequency;
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
