/* worker.c: batches are looked up and prescreened, and those that pass are claimed and grown; see discovery.h. */
#include "discover/discovery.h"

#include "base/error.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/trace.h"
#include "produce/prescreen.h"

/* Puts a survivor back until the claims are given back of the one that has this slot; SIZE_MAX: of any. */
static void park(rp_discovery *run, unsigned worker, rp_survivor mine, size_t slot)
{
    run->workers[worker].n_parked++;
    rp_count(RP_COUNT_PARKED, 1);
    if (slot != SIZE_MAX)
        rp_survivors_park(run->survivors, mine, (uint32_t)slot);
    else
        rp_survivors_park_for_any(run->survivors, mine);
}

/* Claims, prescreens again where the cover has changed since, and grows the worker's batch; again where it comes to
 * nothing. *parked: the claim is taken, and it is not due. */
static bool grow_survivor(rp_discovery *run, unsigned worker, rp_survivor mine, bool is_due, rp_seed_result *into,
                          bool *parked)
{
    rp_growth *grown = rp_growth_pool_take(&run->growths);
    if (grown == NULL)
        return false;
    const rp_claim_status status = rp_discovery_claim(run, worker, mine.serial, grown);
    *parked = status == RP_CLAIM_TAKEN && !is_due;
    if (*parked) {
        park(run, worker, mine, grown->guard.taken_by - 1);
        rp_growth_pool_return(&run->growths, grown);
        return true;
    }
    into->growth = grown;
    if (status == RP_CLAIM_NO_MEMORY)
        return false;
    if (into->version != mine.version &&
        !rp_prescreen(run->view, &run->workers[worker].batch, rp_kmer_index_k(run->index)))
        into->outcome = RP_OUTCOME_REJECTED;
    else if (!rp_discovery_grow(run, worker, mine.serial, into))
        return false;
    if (into->outcome == RP_OUTCOME_GROWN && grown->family.is_void &&
        !rp_discovery_make_again(run, worker, mine.serial, into))
        return false;
    if (into->outcome != RP_OUTCOME_GROWN)
        rp_discovery_release(run, into);
    return true;
}

/* Wakes those who were too far ahead, if anything has been committed: then `next` is due, else it is 0. */
static void tell(rp_discovery *run, uint64_t next)
{
    if (next > 0)
        rp_ring_wake_ahead(run->ring, next + run->window);
}

/* Hands a result in: what was grown may be taken back until its turn. What an earlier one is growing goes back among
 * the survivors. */
static void post(rp_discovery *run, unsigned worker, uint64_t serial, rp_seed_result *made)
{
    const rp_survivor again = {serial, made->seed_id, made->floor, made->version};
    if (made->outcome == RP_OUTCOME_BEHIND)
        park(run, worker, again, rp_discovery_slot(run, made->behind));
    else if (made->outcome == RP_OUTCOME_GROWN)
        tell(run, rp_order_post_for_now(run->order, serial, made, made->version, worker));
    else
        tell(run, rp_order_post(run->order, serial, made, worker));
}

/* Looks at one result that waits for its turn and was made before the last family: if it does not stand any more it is
 * made again, so that the committer need not. *looked: there was one. */
static bool look_again(rp_discovery *run, unsigned worker, bool *looked)
{
    const uint32_t version = rp_cover_version(run->cover);
    uint64_t serial;
    rp_seed_result *made = rp_account_is_short() ? NULL : rp_order_take_back(run->order, version, &serial);
    *looked = made != NULL;
    if (made == NULL)
        return true;
    rp_ring_wake(run->ring, 1); /* there may be more */
    const uint64_t began = rp_trace_begin();
    if (rp_seeds_is_used(run->seeds, made->seed_id))
        made->outcome = RP_OUTCOME_GONE;
    else if (!rp_discovery_is_stale(run, made))
        made->version = version;
    else if (!rp_discovery_make_again(run, worker, serial, made))
        return false;
    if (made->outcome != RP_OUTCOME_GROWN)
        rp_discovery_release(run, made);
    rp_trace("again", made->seed_id, serial, began);
    post(run, worker, serial, made);
    return true;
}

/* Whether one that is not due waits for an earlier one that is growing its family, which has this slot; or for any, as
 * memory is short: what is made ahead of its turn must be kept. */
static bool must_wait(rp_discovery *run, const rp_survivor *mine, size_t *slot)
{
    uint64_t holder = 0;
    *slot = SIZE_MAX;
    if (rp_account_is_short())
        return true;
    if (run->seed_claims == NULL || !rp_seed_claims_has_earlier(run->seed_claims, mine->serial, mine->seed_id, &holder))
        return false;
    *slot = rp_discovery_slot(run, holder);
    return true;
}

/* Works on a survivor: it is looked up again, claimed and grown, or put back when it is not due and must wait or the
 * claim is taken. */
static bool run_survivor(rp_discovery *run, unsigned worker, rp_survivor mine, uint64_t due)
{
    rp_seed_result *into = &run->results[rp_discovery_slot(run, mine.serial)];
    size_t slot = SIZE_MAX;
    if (rp_seeds_is_used(run->seeds, mine.seed_id))
        *into = (rp_seed_result){.outcome = RP_OUTCOME_GONE, .seed_id = mine.seed_id, .floor = mine.floor};
    else if (!rp_discovery_look_up(run, worker, mine.seed_id, mine.floor, into))
        return false;
    if (into->outcome == RP_OUTCOME_GROWN) {
        const bool is_due = mine.serial == due;
        bool parked = !is_due && must_wait(run, &mine, &slot);
        if (parked)
            park(run, worker, mine, slot);
        else if (!grow_survivor(run, worker, mine, is_due, into, &parked))
            return false;
        if (parked)
            return true;
    }
    post(run, worker, mine.serial, into);
    return true;
}

/* Looks up and prescreens batches: those that are rejected are handed in, the others go among the survivors. */
static bool screen_batches(rp_discovery *run, unsigned worker, size_t n)
{
    rp_worker *self = &run->workers[worker];
    size_t n_survivors = 0, n_posted = 0;
    for (size_t i = 0; i < n; i++) {
        const rp_batch_head *head = &self->batches[i];
        rp_seed_result *into = &run->results[rp_discovery_slot(run, head->serial)];
        if (rp_seeds_is_used(run->seeds, head->seed_id))
            *into = (rp_seed_result){.outcome = RP_OUTCOME_GONE, .seed_id = head->seed_id, .floor = head->floor};
        else if (!rp_discovery_screen(run, worker, head->seed_id, head->floor, into))
            return false;
        if (into->outcome == RP_OUTCOME_GROWN) {
            rp_survivors_put(run->survivors, (rp_survivor){head->serial, head->seed_id, head->floor, into->version});
            n_survivors++;
        } else {
            self->posted[n_posted++] = (rp_posted){head->serial, into};
        }
    }
    if (n_survivors > 1)
        rp_ring_wake(run->ring, n_survivors - 1); /* work for those who wait */
    tell(run, rp_order_post_all(run->order, self->posted, n_posted, worker));
    return true;
}

typedef enum next_step { STEP_AGAIN, STEP_WAIT_RING, STEP_WAIT_COMMIT, STEP_END } next_step;

/* What a worker knew before it looked for work, and what it does next. */
typedef struct outlook {
    uint64_t n_wakes; /* of the channel */
    uint64_t due; /* serial */
    next_step step;
} outlook;

static bool run_batches(rp_discovery *run, unsigned worker, size_t n)
{
    rp_batch_size *take = &run->workers[worker].take;
    const uint64_t began = rp_clock_ns();
    const bool ok = screen_batches(run, worker, n);
    const uint64_t took = rp_clock_ns() - began;
    rp_observe(RP_TIME_BATCH, took);
    rp_trace("screen", n, run->workers[worker].batches[0].serial, began);
    if (n == take->size) /* a short take says little of the size */
        rp_batch_size_observe(take, (unsigned)n, took);
    rp_gauge_set(RP_GAUGE_BATCH_SIZE, take->size);
    return ok;
}

static next_step step_without_work(rp_discovery *run, rp_ring_status status)
{
    switch (status) {
    case RP_RING_EMPTY: return STEP_WAIT_RING;
    case RP_RING_AHEAD: /* too far ahead of the result that is due */ return STEP_WAIT_COMMIT;
    case RP_RING_CLOSED: /* parked survivors are freed by commits */
        return rp_survivors_is_empty(run->survivors) ? STEP_END : STEP_WAIT_COMMIT;
    default: return STEP_END;
    }
}

/* One piece of work for a worker that holds a token.
 *
 * Order, survivors and channel have a lock each, so a look at them is not one moment. Why nothing is lost by it:
 *
 * (1) The channel gives out batches below due + window alone, and looks under its lock. `due` only grows,
 *     so an old one is careful: no two batches that are under way have one place in `results`.
 * (2) A serial that is due and has been popped is at work, or somebody will look at it. Who screens or grows it posts
 *     it, or puts it among the survivors; who commits the serial before makes it due. Both look for work after that,
 *     and read `due` before they look at the survivors. Either the one who put it reads that it is due, and finds it;
 *     or he read `due` before it moved: then it lay there when the other one looked. It is taken whatever it waits for,
 *     and grown without a claim when its claim is taken.
 * (3) A worker that is too far ahead, or finds nothing but survivors that wait for others, waits for a wake that is not
 *     older than its look. The serial that is due is at work then, or somebody looks after that, as in (2): so there
 *     will be a commit, or a failure, which cancels the channel. Who has committed wakes two of those who may go on
 *     after it (`tell`), and a pop two more, as long as there are batches for them; who frees survivors wakes as many.
 *     Who takes a result back posts it again, so that what is taken back is at work. Who ends wakes all: there may be
 *     nothing left to do.
 * (4) A worker waits at an empty channel for a batch, for its end, or for more wakes than there were before its look. A
 *     wake comes after what it tells of: survivors wait for a worker, or no longer for a claim. Either the look has
 *     seen that, or the wait ends at once. Who puts one back whose claim is free by then looks again himself. A serial
 *     that is due and not yet popped is the next batch, and its push ends the wait.
 * (5) A worker ends when the channel is closed and empty, for good, and there are no survivors. Those that are put
 *     later are looked at by who put them.
 */
static bool work_once(rp_discovery *run, unsigned worker, outlook *now)
{
    rp_worker *self = &run->workers[worker];
    now->n_wakes = rp_ring_n_wakes(run->ring);
    now->due = rp_order_next(run->order);
    now->step = STEP_AGAIN;
    if (rp_order_failed(run->order, NULL)) {
        now->step = STEP_END;
        return true;
    }
    if (rp_crew_help(run->crew, worker))
        return true;
    bool looked;
    const bool looks = look_again(run, worker, &looked);
    if (!looks || looked)
        return looks;
    rp_survivor mine;
    if (rp_survivors_take(run->survivors, now->due, &mine)) {
        const uint64_t began = rp_clock_ns();
        const bool ok = run_survivor(run, worker, mine, now->due);
        rp_observe(RP_TIME_BATCH, rp_clock_ns() - began);
        rp_trace("grow", mine.seed_id, mine.serial, began);
        return ok;
    }
    size_t n;
    const rp_ring_status status =
        rp_ring_try_pop(run->ring, now->due + run->window, self->batches, self->take.size, &n);
    if (status == RP_RING_OK)
        return run_batches(run, worker, n);
    now->step = step_without_work(run, status);
    return true;
}

void rp_discovery_work(rp_discovery *run, unsigned worker)
{
    outlook now = {.step = STEP_AGAIN};
    while (now.step != STEP_END) {
        rp_tokens_take(&run->tokens);
        rp_gauge_move(RP_GAUGE_WORKERS, 1);
        rp_error error = {""};
        bool ok = true;
        do
            ok = rp_not_cancelled(&error) && work_once(run, worker, &now);
        while (ok && now.step == STEP_AGAIN);
        rp_gauge_move(RP_GAUGE_WORKERS, -1);
        rp_tokens_give(&run->tokens);
        if (!ok) {
            (void)rp_error_memory(&error, "growing a family");
            rp_order_fail(run->order, &error);
            now.step = STEP_END;
        }
        if (now.step == STEP_WAIT_RING)
            rp_ring_wait(run->ring, now.n_wakes);
        else if (now.step == STEP_WAIT_COMMIT)
            rp_ring_wait_ahead(run->ring, now.n_wakes);
    }
    if (rp_order_failed(run->order, NULL))
        rp_ring_cancel(run->ring); /* the producer and the others end too */
    else
        rp_ring_wake(run->ring, SIZE_MAX);
}
