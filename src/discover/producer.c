/* producer.c: seeds are sent as batches, from frequent to rare; see discovery.h. */
#include "discover/discovery.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/trace.h"

enum { PRODUCE_AT_ONCE = 256 }; /* seeds that the producer looks up with one token */

static bool hold_back(rp_discovery *run, uint32_t seed_id, uint32_t count)
{
    return rp_held_seeds_push(&run->held_ids, seed_id) && rp_held_seeds_push(&run->held_counts, count);
}

/* Sends a batch; waits without a token where there is no room, so that a worker can make some. */
static bool send(rp_discovery *run, const rp_batch *batch)
{
    rp_ring_status status = rp_ring_try_push(run->ring, batch);
    if (status == RP_RING_FULL) {
        const uint64_t began = rp_clock_ns();
        rp_tokens_give(&run->tokens);
        status = rp_ring_push(run->ring, batch);
        rp_tokens_take(&run->tokens);
        run->blocked_ns += rp_clock_ns() - began;
    }
    return status == RP_RING_OK;
}

/* Sends the seeds of one tier from rank `begin` on; at most PRODUCE_AT_ONCE looked up. */
static bool produce_some(rp_discovery *run, size_t begin, size_t end, rp_place_list *list, rp_batch *batch, bool *stop)
{
    for (size_t rank = begin; rank < end && !*stop; rank++) {
        const uint32_t seed_id = rp_seeds_at(run->seeds, rank);
        rp_stage_done(1);
        rp_count(RP_COUNT_SEEDS, 1);
        if (rp_seeds_is_used(run->seeds, seed_id))
            continue;
        batch->head.version = rp_cover_version(run->cover);
        const rp_seed_state state =
            rp_seeds_fill(run->seeds, run->view, seed_id, rp_seeds_floor(run->seeds), list, batch);
        if (state == RP_SEED_NO_MEMORY || (state == RP_SEED_WAITS && !hold_back(run, seed_id, batch->head.frequency)))
            return false;
        if (state != RP_SEED_READY)
            continue;
        batch->head.serial = run->n_produced;
        if (atomic_load_explicit(&run->enough, memory_order_relaxed) || !send(run, batch)) {
            *stop = true; /* max_candidates, or a worker has failed */
            break;
        }
        run->n_produced++;
    }
    return true;
}

static bool cover_families(rp_discovery *run, uint64_t begin, uint64_t end)
{
    bool ok = true;
    for (uint64_t f = begin; ok && f < end; f++)
        ok = rp_discovery_cover(run, &run->library->items[f]);
    return ok;
}

/* The seeds of the tier to begin with: the first one, or what an interrupted run has left of its last. */
static bool first_tier(rp_discovery *run, size_t *n, rp_error *error)
{
    const rp_discover_state *resume = run->parameters->state;
    run->n_families_at_tier = run->library->n;
    run->in_tiers = !run->resumes;
    if (!run->resumes)
        return rp_seeds_next_tier(run->seeds, n, error);
    run->n_families_at_tier = resume->n_families_at_tier;
    if (!cover_families(run, run->parameters->n_covered, resume->n_families_at_tier))
        return rp_error_memory(error, "producer");
    if (!rp_seeds_resume(run->seeds, resume->tier, resume->used_seeds, resume->n_seed_words, n, error))
        return false;
    if (!cover_families(run, resume->n_families_at_tier, run->library->n))
        return rp_error_memory(error, "producer");
    run->in_tiers = true;
    return true;
}

/* Sends one tier of n seeds. */
static bool produce_tier(rp_discovery *run, size_t n, rp_place_list *list, rp_batch *batch, bool *stop, rp_error *error)
{
    bool ok = true;
    for (size_t done = 0; ok && !*stop && done < n; done += PRODUCE_AT_ONCE) {
        const size_t end = n - done < PRODUCE_AT_ONCE ? n : done + PRODUCE_AT_ONCE;
        rp_stage_reach(rp_seeds_share(run->seeds, done, n));
        rp_tokens_take(&run->tokens);
        const uint64_t began = rp_trace_begin(), blocked = run->blocked_ns;
        ok = produce_some(run, done, end, list, batch, stop);
        rp_trace("produce", end - done, run->n_produced, began == 0 ? 0 : began + run->blocked_ns - blocked);
        rp_tokens_give(&run->tokens);
    }
    return ok || rp_error_memory(error, "producer");
}

/* Ends a tier when nothing is under way: seeds that were held back are put down. */
static bool end_tier(rp_discovery *run, rp_error *error)
{
    bool ok = true;
    rp_trace("tier", rp_seeds_floor(run->seeds), run->n_produced, rp_trace_begin());
    for (size_t i = 0; ok && i < run->held_ids.n; i++)
        ok = rp_seeds_defer(run->seeds, run->held_ids.items[i], run->held_counts.items[i]);
    run->figures->n_deferred += run->held_ids.n;
    rp_stage_done(-(int64_t)run->held_ids.n);
    run->held_ids.n = run->held_counts.n = 0;
    return ok || rp_error_memory(error, "producer");
}

static bool next_tier(rp_discovery *run, size_t *n, rp_error *error)
{
    run->n_families_at_tier = run->library->n;
    return rp_seeds_next_tier(run->seeds, n, error);
}

bool rp_discovery_produce(rp_discovery *run, rp_error *error)
{
    rp_place_list *list = rp_place_list_create();
    rp_batch *batch = rp_alloc(1, sizeof *batch);
    size_t n = 0;
    bool ok = (list != NULL && batch != NULL) || rp_error_memory(error, "producer");
    ok = ok && first_tier(run, &n, error);
    bool stop = false, more = ok && (n > 0 || run->resumes); /* the interrupted tier may be empty */
    while (more) {
        ok = produce_tier(run, n, list, batch, &stop, error);
        if (!rp_order_wait(run->order, run->n_produced))
            break; /* somebody may be committing: what is the committer's stays as it is */
        ok = ok && end_tier(run, error) && (stop || next_tier(run, &n, error));
        more = ok && !stop && n > 0;
    }
    rp_place_list_destroy(list);
    free(batch);
    return ok;
}
