/* producer.c: seeds are sent as batches, from frequent to rare; see discovery.h. */
#include "discover/discovery.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/trace.h"

enum { PRODUCE_AT_ONCE = 256, SEND_AT_ONCE = 64 }; /* seeds for one token, and for one look at the channel's lock */

/* Sends batches; waits without a token where there is no room, so that a worker can make some. */
static bool send(rp_discovery *run, const rp_batch_head *batches, size_t n)
{
    rp_ring_status status = RP_RING_OK;
    for (size_t done = 0, sent; status == RP_RING_OK && done < n; done += sent) {
        status = rp_ring_try_push(run->ring, batches + done, n - done, &sent);
        if (status != RP_RING_FULL)
            continue;
        const uint64_t began = rp_clock_ns();
        rp_tokens_give(&run->tokens);
        status = rp_ring_push(run->ring, &batches[done]);
        rp_tokens_take(&run->tokens);
        run->blocked_ns += rp_clock_ns() - began;
        sent = 1;
    }
    return status == RP_RING_OK;
}

/* Sends the seeds of one tier from rank `begin` on, but those that are used. Their places are not looked at: whether
 * they are still free enough is seen by who works on them. False: max_candidates, or a worker has failed. */
static bool produce_some(rp_discovery *run, size_t begin, size_t end)
{
    rp_batch_head batches[SEND_AT_ONCE];
    size_t n = 0;
    bool goes_on = true;
    for (size_t rank = begin; rank < end && goes_on; rank++) {
        batches[n] = rp_seeds_head(run->seeds, rank);
        batches[n].serial = run->n_produced + n;
        n += !rp_seeds_is_used(run->seeds, batches[n].seed_id);
        if (n == SEND_AT_ONCE || rank + 1 == end) {
            goes_on = !atomic_load_explicit(&run->enough, memory_order_relaxed) && send(run, batches, n);
            run->n_produced += goes_on ? n : 0;
            n = 0;
        }
    }
    rp_stage_done(end - begin);
    rp_count(RP_COUNT_SEEDS, end - begin);
    return goes_on;
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

/* Sends one tier of n seeds. False: the rest of them is not wanted. */
static bool produce_tier(rp_discovery *run, size_t n)
{
    bool goes_on = true;
    for (size_t done = 0; goes_on && done < n; done += PRODUCE_AT_ONCE) {
        const size_t end = n - done < PRODUCE_AT_ONCE ? n : done + PRODUCE_AT_ONCE;
        rp_stage_reach(rp_seeds_share(run->seeds, done, n));
        rp_tokens_take(&run->tokens);
        const uint64_t began = rp_trace_begin(), blocked = run->blocked_ns;
        goes_on = produce_some(run, done, end);
        rp_trace("produce", end - done, run->n_produced, began == 0 ? 0 : began + run->blocked_ns - blocked);
        rp_tokens_give(&run->tokens);
    }
    return goes_on;
}

static bool next_tier(rp_discovery *run, size_t *n, rp_error *error)
{
    run->n_families_at_tier = run->library->n;
    return rp_seeds_next_tier(run->seeds, n, error);
}

bool rp_discovery_produce(rp_discovery *run, rp_error *error)
{
    size_t n = 0;
    bool ok = first_tier(run, &n, error), more = ok && (n > 0 || run->resumes); /* the interrupted tier may be empty */
    while (more) {
        const bool goes_on = produce_tier(run, n);
        if (!rp_order_wait(run->order, run->n_produced))
            break; /* somebody may be committing: what is the committer's stays as it is */
        rp_trace("tier", rp_seeds_floor(run->seeds), run->n_produced, rp_trace_begin());
        ok = !goes_on || next_tier(run, &n, error);
        more = ok && goes_on && n > 0;
    }
    return ok;
}
