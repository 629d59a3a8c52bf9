/* discover.c: the pipeline from seeds to families; see discover.h. */
#include "discover/discover.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/trace.h"
#include "channel/batch_size.h"
#include "claim/claims.h"
#include "base/order.h"
#include "discover/survivors.h"
#include "family/family.h"
#include "produce/prescreen.h"

enum {
    WINDOW = 1 << 14,        /* results that may wait for an earlier one: replayed, 64 do for 8 threads, 1,024 for 32 */
    KEEP_EVERY = 256,        /* commits between two looks at the clock */
    PRODUCE_AT_ONCE = 256    /* seeds that the producer looks up with one token */
};

/* What a worker made of a batch that passed the prescreen: reused from a free list. */
typedef struct growth {
    rp_family family;
    rp_reads reads;
    rp_claim_guard guard;
    struct growth *next_free;
} growth;

typedef struct growths {
    pthread_mutex_t lock;    /* guards what follows */
    growth *first_free;
} growths;

typedef enum outcome { OUTCOME_GONE, OUTCOME_WAITS, OUTCOME_REJECTED, OUTCOME_GROWN } outcome;

/* One for each serial of the window. */
typedef struct result {
    outcome outcome;
    uint32_t seed_id, floor, frequency;
    uint32_t version;        /* of the cover when the work began */
    growth *growth;          /* of a seed that was grown, else NULL */
} result;

RP_ARRAY(deferred_seeds, uint32_t);

typedef struct worker_scratch {
    rp_builder *builder;
    rp_place_list *list;
    rp_batch batches[RP_BATCH_SIZE_MOST]; /* prescreened in one go */
    rp_batch_size take;      /* how many of them */
    rp_batch batch;          /* of the work in hand */
    rp_intervals windows;    /* of a claim */
    rp_random random;
    uint64_t n_batches, n_pairs; /* worked on */
    uint64_t n_parked;
} worker_scratch;

typedef struct discovery {
    const rp_view *view;
    const rp_kmer_index *index;
    rp_cover *cover;
    const rp_discover_parameters *parameters;
    rp_library *library;
    rp_discover_figures *figures;
    rp_seeds *seeds;
    rp_ring *ring;
    rp_claims claims;
    rp_order *order;
    rp_tokens tokens;
    result *results;
    rp_survivors *survivors;
    growths growths;
    uint64_t n_produced;     /* the producer's, as the next one is */
    uint64_t blocked_ns;     /* for room in the channel or a token */
    uint64_t n_pairs;        /* of batches that were worked on; the committer's */
    uint64_t n_families_at_tier;
    bool in_tiers;           /* the seeds are in order: there is a state to keep */
    bool commit_failed;      /* in its midst: what is committed does not hold together */
    atomic_bool enough;      /* max_candidates is reached; relaxed: a late look costs some batches */
    worker_scratch *scratch;
    unsigned n_workers, n_cpu_workers; /* the first ones are CPU workers */
    rp_intervals commit_intervals; /* the committer's */
    deferred_seeds held_back[2];   /* ids and counts that the producer puts down; merged between tiers */
} discovery;

typedef struct discovery_thread {
    discovery *run;
    unsigned worker;
    pthread_t thread;
} discovery_thread;

/* --- Work on one batch --- */

static void delay_at_random(discovery *run, unsigned worker)
{
    if (run->parameters->delay_seed == 0)
        return;
    const uint64_t draw = rp_random_below(&run->scratch[worker].random, 16);
    if (draw == 0) {
        const struct timespec pause = {0, (long)rp_random_below(&run->scratch[worker].random, 400000)};
        (void)nanosleep(&pause, NULL);
    }
}

/* Looks the seed up as the cover stands now, and prescreens it. */
static bool screen(discovery *run, unsigned worker, uint32_t seed_id, uint32_t floor, result *into)
{
    worker_scratch *scratch = &run->scratch[worker];
    into->seed_id = seed_id;
    into->floor = floor;
    into->version = rp_cover_version(run->cover);
    into->growth = NULL;
    const rp_seed_state state =
        rp_seeds_fill(run->seeds, run->view, seed_id, floor, scratch->list, &scratch->batch);
    into->frequency = scratch->batch.head.frequency;
    if (state == RP_SEED_NO_MEMORY)
        return false;
    if (state == RP_SEED_GONE)
        into->outcome = OUTCOME_GONE;
    else if (state == RP_SEED_WAITS)
        into->outcome = OUTCOME_WAITS;
    else
        into->outcome = rp_prescreen(run->view, &scratch->batch, rp_kmer_index_k(run->index)) ? OUTCOME_GROWN
                                                                                               : OUTCOME_REJECTED;
    return true;
}

/* Grows the batch in the worker's scratch, which has passed the prescreen. */
static bool grow(discovery *run, unsigned worker, growth *into)
{
    const rp_batch *batch = &run->scratch[worker].batch;
    const uint64_t n = batch->head.n_places;
    run->scratch[worker].n_batches++;
    rp_count(RP_COUNT_GROWN, 1);
    run->scratch[worker].n_pairs += n * (n - 1) / 2;
    rp_reads_restart(&into->reads);
    const bool ok = rp_family_grow(run->scratch[worker].builder, run->view, run->index, batch->head.kmer, batch->places,
                                   batch->head.n_places, &into->family, &into->reads);
    into->family.seed.count = batch->head.frequency;
    return ok;
}

/* --- Commit --- */

/* Whether a place of the seed, with the flanks that the prescreen looks at, has changed. */
static bool places_changed(const discovery *run, uint32_t seed_id, uint32_t version)
{
    const unsigned k = rp_kmer_index_k(run->index);
    const rp_occurrences occurrences = rp_kmer_index_get(run->index, seed_id);
    for (uint32_t i = 0; i < occurrences.count; i++) {
        const uint64_t position = rp_kmer_index_position(run->index, occurrences.first + i);
        const uint64_t begin = position < RP_PRESCREEN_FLANK_BP ? 0 : position - RP_PRESCREEN_FLANK_BP;
        uint64_t end = position + k + RP_PRESCREEN_FLANK_BP;
        end = end < run->view->genome->length_bp ? end : run->view->genome->length_bp;
        if (rp_cover_changed_since(run->cover, (rp_interval){begin, end}, version))
            return true;
    }
    return false;
}

static bool is_stale(const discovery *run, const result *made)
{
    if (made->version == rp_cover_version(run->cover) || made->outcome == OUTCOME_GONE)
        return false; /* a cover only grows: a seed that is gone stays so */
    if (made->outcome == OUTCOME_GROWN && rp_cover_has_changed(run->cover, &made->growth->reads, made->version))
        return true;
    return places_changed(run, made->seed_id, made->version);
}

static growth *take_growth(growths *list)
{
    (void)pthread_mutex_lock(&list->lock);
    growth *taken = list->first_free;
    if (taken != NULL)
        list->first_free = taken->next_free;
    (void)pthread_mutex_unlock(&list->lock);
    return taken != NULL ? taken : rp_alloc(1, sizeof *taken);
}

static void return_growth(growths *list, growth *used)
{
    (void)pthread_mutex_lock(&list->lock);
    used->next_free = list->first_free;
    list->first_free = used;
    (void)pthread_mutex_unlock(&list->lock);
}

static bool make_again(discovery *run, unsigned worker, result *made)
{
    run->figures->n_redone++;
    rp_count(RP_COUNT_REDONE, 1);
    growth *again = made->growth;
    if (!screen(run, worker, made->seed_id, made->floor, made)) {
        made->growth = again;
        return false;
    }
    made->growth = again;
    if (made->outcome != OUTCOME_GROWN)
        return true;
    if (again == NULL)
        made->growth = again = take_growth(&run->growths);
    return again != NULL && grow(run, worker, again);
}

static bool commit_growth(discovery *run, growth *grown)
{
    rp_seeds_use(run->seeds, &grown->family.consensus);
    if (!rp_family_holds(&grown->family)) {
        run->figures->n_failed++;
        return true;
    }
    run->figures->n_tandem += grown->family.tandem;
    rp_count(RP_COUNT_FAMILIES, 1);
    return rp_library_add(run->library, &grown->family) && rp_family_cover(&grown->family, run->cover, &run->commit_intervals);
}

/* Looks the places of a seed that has its turn up once more, for its pairs: they are those that the result was made on. */
static bool write_pairs(discovery *run, unsigned worker, const result *made, rp_error *error)
{
    const rp_discover_parameters *parameters = run->parameters;
    rp_batch *batch = &run->scratch[worker].batch;
    if (parameters->pairs == NULL)
        return true;
    if (rp_seeds_fill(run->seeds, run->view, made->seed_id, made->floor, run->scratch[worker].list, batch) == RP_SEED_NO_MEMORY)
        return rp_error_memory(error, "candidate pairs");
    assert(batch->head.frequency == made->frequency);
    const uint64_t rank = run->figures->n_rejected + run->figures->n_failed + run->library->n - parameters->n_covered + 1;
    const rp_pairs_seed seed = {parameters->pass, rp_kmer_index_k(run->index), rank, made->outcome == OUTCOME_GROWN, batch};
    return rp_pairs_add(parameters->pairs, run->view->genome, &seed, error);
}

static void count_pairs(discovery *run, const result *made)
{
    const uint64_t n = made->frequency < RP_BATCH_PLACES ? made->frequency : RP_BATCH_PLACES;
    run->n_pairs += n * (n - 1) / 2;
    if (run->parameters->max_candidates > 0 && run->n_pairs >= run->parameters->max_candidates)
        atomic_store_explicit(&run->enough, true, memory_order_relaxed);
}

static void keep_state(const discovery *run)
{
    const rp_discover_keeper *keeper = run->parameters->keeper;
    const rp_bitmask *used = rp_seeds_used(run->seeds);
    const rp_discover_state state = {.tier = rp_seeds_tier(run->seeds), .n_families_at_tier = run->n_families_at_tier,
                                     .n_seed_words = (used->n_bits + 63) / 64, .used_seeds = (const uint64_t *)used->words,
                                     .n_pairs = run->n_pairs, .n_rejected = run->figures->n_rejected,
                                     .n_failed = run->figures->n_failed, .n_tandem = run->figures->n_tandem};
    keeper->keep(keeper->context, &state);
}

static bool commit(void *context, uint64_t serial, void *posted, unsigned worker, rp_error *error)
{
    discovery *run = context;
    result *made = posted;
    bool ok = true;
    const uint64_t began = rp_trace_begin();
    if (atomic_load_explicit(&run->enough, memory_order_relaxed)) {
        /* what was sent meanwhile does not count */
    } else if (rp_seeds_is_used(run->seeds, made->seed_id)) {
        run->figures->n_gone++;
    } else {
        if (is_stale(run, made))
            ok = make_again(run, worker, made);
        if (ok && (made->outcome == OUTCOME_REJECTED || made->outcome == OUTCOME_GROWN)) {
            ok = write_pairs(run, worker, made, error);
            count_pairs(run, made);
            rp_seeds_use_one(run->seeds, made->seed_id); /* it has had its turn */
        }
        if (ok && made->outcome == OUTCOME_GONE) {
            run->figures->n_gone++;
        } else if (ok && made->outcome == OUTCOME_WAITS) {
            run->figures->n_deferred++;
            rp_stage_done(-1);
            ok = rp_seeds_defer(run->seeds, made->seed_id, made->frequency);
        } else if (ok && made->outcome == OUTCOME_REJECTED) {
            run->figures->n_rejected++;
        } else if (ok) {
            ok = commit_growth(run, made->growth);
        }
    }
    if (made->outcome == OUTCOME_GROWN)
        rp_trace("commit", made->seed_id, serial, began);
    if (made->growth != NULL) {
        rp_claims_give_back(&run->claims, &made->growth->guard);
        return_growth(&run->growths, made->growth);
        made->growth = NULL;
        rp_survivors_retry(run->survivors); /* the claim may have kept some of them waiting: */
        rp_ring_wake(run->ring);            /* first they may be taken again, then workers are woken */
    }
    run->commit_failed |= !ok;
    const rp_discover_keeper *keeper = run->parameters->keeper;
    if (ok && keeper != NULL && serial % KEEP_EVERY == 0 && keeper->is_due(keeper->context))
        keep_state(run);
    return ok || rp_error_memory(error, "growing a family");
}

/* --- Workers --- */

/* Claims the windows around the places of the batch in the worker's scratch. */
static rp_claim_status claim(discovery *run, unsigned worker, growth *into)
{
    worker_scratch *scratch = &run->scratch[worker];
    const rp_batch *batch = &scratch->batch;
    const uint64_t reach = run->parameters->extension_length_bp;
    scratch->windows.n = 0;
    for (uint32_t i = 0; i < batch->head.n_places; i++) {
        const uint64_t at = batch->places[i].position;
        const rp_interval window = {at < reach ? 0 : at - reach, at + rp_kmer_index_k(run->index) + reach};
        if (!rp_intervals_push(&scratch->windows, window))
            return RP_CLAIM_NO_MEMORY;
    }
    return rp_claims_take(&run->claims, scratch->windows.items, scratch->windows.n, &into->guard);
}

/* Works on a survivor: it is looked up again, claimed and grown, or put back when the claim is taken. */
static bool run_survivor(discovery *run, unsigned worker, rp_survivor mine, uint64_t due)
{
    result *into = &run->results[mine.serial % WINDOW];
    delay_at_random(run, worker);
    if (rp_seeds_is_used(run->seeds, mine.seed_id))
        *into = (result){.outcome = OUTCOME_GONE, .seed_id = mine.seed_id, .floor = mine.floor};
    else if (!screen(run, worker, mine.seed_id, mine.floor, into))
        return false;
    else if (into->outcome == OUTCOME_GROWN) {
        growth *grown = take_growth(&run->growths);
        if (grown == NULL)
            return false;
        const rp_claim_status status = claim(run, worker, grown);
        if (status == RP_CLAIM_TAKEN && mine.serial != due) {
            return_growth(&run->growths, grown);
            run->scratch[worker].n_parked++;
            rp_count(RP_COUNT_PARKED, 1);
            return rp_survivors_put(run->survivors, mine);
        }
        into->growth = grown;
        if (status == RP_CLAIM_NO_MEMORY || !grow(run, worker, grown))
            return false;
    }
    rp_order_post(run->order, mine.serial, into, worker);
    return true;
}

static bool screen_batches(discovery *run, unsigned worker, size_t n)
{
    worker_scratch *scratch = &run->scratch[worker];
    size_t n_survivors = 0;
    for (size_t i = 0; i < n; i++) {
        const rp_batch *batch = &scratch->batches[i];
        result *into = &run->results[batch->head.serial % WINDOW];
        delay_at_random(run, worker);
        if (rp_seeds_is_used(run->seeds, batch->head.seed_id)) {
            *into = (result){.outcome = OUTCOME_GONE, .seed_id = batch->head.seed_id, .floor = batch->head.floor};
        } else if (batch->head.version == rp_cover_version(run->cover)) {
            *into = (result){.seed_id = batch->head.seed_id, .floor = batch->head.floor, .frequency = batch->head.frequency,
                             .version = (uint32_t)batch->head.version};
            into->outcome =
                rp_prescreen(run->view, batch, rp_kmer_index_k(run->index)) ? OUTCOME_GROWN : OUTCOME_REJECTED;
        } else if (!screen(run, worker, batch->head.seed_id, batch->head.floor, into)) {
            return false;
        }
        if (into->outcome == OUTCOME_GROWN) {
            if (!rp_survivors_put(run->survivors, (rp_survivor){batch->head.serial, batch->head.seed_id,
                                                               batch->head.floor, RP_SURVIVOR_FRESH}))
                return false;
            n_survivors++;
        } else {
            rp_order_post(run->order, batch->head.serial, into, worker);
        }
    }
    if (n_survivors > 1)
        rp_ring_wake(run->ring); /* work for those who wait */
    return true;
}

typedef enum next_step { STEP_AGAIN, STEP_WAIT_RING, STEP_WAIT_COMMIT, STEP_END } next_step;

/* What a worker knew before it looked for work, and what it does next. */
typedef struct outlook {
    uint64_t n_wakes;        /* of the channel */
    uint64_t due;            /* serial */
    next_step step;
} outlook;

static bool run_batches(discovery *run, unsigned worker, size_t n)
{
    rp_batch_size *take = &run->scratch[worker].take;
    const uint64_t began = rp_clock_ns();
    const bool ok = screen_batches(run, worker, n);
    const uint64_t took = rp_clock_ns() - began;
    rp_observe(RP_TIME_BATCH, took);
    rp_trace("screen", n, run->scratch[worker].batches[0].head.serial, began);
    if (n == take->size) /* a short take says little of the size */
        rp_batch_size_observe(take, (unsigned)n, took);
    rp_gauge_set(RP_GAUGE_BATCH_SIZE, take->size);
    return ok;
}

static next_step step_without_work(discovery *run, rp_ring_status status)
{
    switch (status) {
    case RP_RING_EMPTY:
        return STEP_WAIT_RING;
    case RP_RING_AHEAD: /* too far ahead of the result that is due */
        return STEP_WAIT_COMMIT;
    case RP_RING_CLOSED: /* parked survivors are freed by a commit */
        return rp_survivors_is_empty(run->survivors) ? STEP_END : STEP_WAIT_COMMIT;
    default:
        return STEP_END;
    }
}

/* One piece of work for a worker that holds a token.
 *
 * A look at the order, the survivors and the channel is not one moment: each has its own lock. Nothing is lost by it.
 *
 * (1) A serial is popped only below due + WINDOW, which the channel holds under its lock; `due` only grows, so an old
 *     one is careful, and no two batches have one place in `results`.
 * (2) The serial that is due is always under way. While it is in the channel it is its first batch and below the limit:
 *     whoever waits there is woken. Else somebody has popped it. Who screens or grows it posts it, or puts it among the
 *     survivors; who commits the serial before it makes it due. Both look for work after what they did, and both read
 *     `due` before the survivors. Either the one who put it reads that it is due and finds it; or he read `due` before it
 *     moved, so it lay there already when the other one looked. A survivor that is due is taken in any round, and
 *     grown even when its claim is taken. So a worker may wait for a commit: there is one to come, after the
 *     `due` that it knew; or there was, and it does not wait.
 * (3) Who waits at the channel knew n_wakes before it looked. Survivors are put, and their next round begun, before the
 *     wake: either they were seen or the wait ends at once. A worker that ends sees the channel closed and empty, for
 *     good; survivors that are put later are looked at by those who put them.
 */
static bool work_once(discovery *run, unsigned worker, outlook *now)
{
    worker_scratch *scratch = &run->scratch[worker];
    now->n_wakes = rp_ring_n_wakes(run->ring);
    now->due = rp_order_next(run->order);
    now->step = STEP_AGAIN;
    if (rp_order_failed(run->order, NULL)) {
        now->step = STEP_END;
        return true;
    }
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
        rp_ring_try_pop(run->ring, now->due + WINDOW, scratch->batches, scratch->take.size, &n);
    if (status == RP_RING_OK)
        return run_batches(run, worker, n);
    now->step = step_without_work(run, status);
    return true;
}

/* Works and waits, without a token, until there is nothing left to do. */
static void work(discovery *run, unsigned worker)
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
        else if (now.step == STEP_WAIT_COMMIT && !rp_order_wait(run->order, now.due + 1))
            now.step = STEP_END;
    }
    if (rp_order_failed(run->order, NULL))
        rp_ring_cancel(run->ring); /* the producer and the others end too */
}

static void *worker_main(void *argument)
{
    discovery_thread *self = argument;
    work(self->run, self->worker);
    return NULL;
}

/* --- Producer --- */

static bool hold_back(discovery *run, uint32_t seed_id, uint32_t count)
{
    return deferred_seeds_push(&run->held_back[0], seed_id) && deferred_seeds_push(&run->held_back[1], count);
}

/* Sends a batch; waits without a token where there is no room, so that a worker can make some. */
static bool send(discovery *run, const rp_batch *batch)
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
static bool produce_some(discovery *run, size_t begin, size_t end, rp_place_list *list, rp_batch *batch, bool *stop)
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

static bool cover_families(discovery *run, uint64_t begin, uint64_t end)
{
    bool ok = true;
    for (uint64_t f = begin; ok && f < end; f++)
        ok = rp_family_cover(&run->library->items[f], run->cover, &run->commit_intervals);
    return ok;
}

/* The seeds of the tier to begin with: the first one, or what an interrupted run has left of its last. */
static bool first_tier(discovery *run, size_t *n, rp_error *error)
{
    const rp_discover_state *resume = run->parameters->resume;
    run->n_families_at_tier = run->library->n;
    run->in_tiers = resume == NULL;
    if (resume == NULL)
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

static bool produce(discovery *run, rp_error *error)
{
    rp_place_list *list = rp_place_list_create();
    rp_batch *batch = rp_alloc(1, sizeof *batch);
    bool ok = list != NULL && batch != NULL;
    bool stop = false;
    size_t n = 0;
    if (!ok)
        (void)rp_error_memory(error, "producer");
    ok = ok && first_tier(run, &n, error);
    bool more = ok && (n > 0 || run->parameters->resume != NULL); /* nothing may be left of the interrupted tier */
    while (more) {
        for (size_t done = 0; ok && !stop && done < n; done += PRODUCE_AT_ONCE) {
            const size_t end = n - done < PRODUCE_AT_ONCE ? n : done + PRODUCE_AT_ONCE;
            rp_stage_reach(rp_seeds_share(run->seeds, done, n));
            rp_tokens_take(&run->tokens);
            const uint64_t began = rp_trace_begin(), blocked = run->blocked_ns;
            ok = produce_some(run, done, end, list, batch, &stop) || rp_error_memory(error, "producer");
            rp_trace("produce", end - done, run->n_produced, began == 0 ? 0 : began + run->blocked_ns - blocked);
            rp_tokens_give(&run->tokens);
        }
        stop = !rp_order_wait(run->order, run->n_produced) || stop;
        rp_trace("tier", rp_seeds_floor(run->seeds), run->n_produced, rp_trace_begin());
        for (size_t i = 0; ok && i < run->held_back[0].n; i++)
            ok = rp_seeds_defer(run->seeds, run->held_back[0].items[i], run->held_back[1].items[i]) ||
                 rp_error_memory(error, "producer");
        run->figures->n_deferred += run->held_back[0].n;
        rp_stage_done(-(int64_t)run->held_back[0].n);
        run->held_back[0].n = run->held_back[1].n = 0;
        run->n_families_at_tier = run->library->n;
        ok = ok && (stop || rp_seeds_next_tier(run->seeds, &n, error));
        more = ok && !stop && n > 0;
    }
    rp_place_list_destroy(list);
    free(batch);
    return ok;
}

/* --- The whole --- */

static bool set_up(discovery *run)
{
    const rp_discover_parameters *parameters = run->parameters;
    run->n_cpu_workers = parameters->n_device_workers == 0 ? parameters->n_threads : parameters->n_cpu_workers;
    run->n_workers = run->n_cpu_workers + parameters->n_device_workers;
    run->scratch = rp_alloc(run->n_workers, sizeof *run->scratch);
    run->results = rp_alloc(WINDOW, sizeof *run->results);
    if (run->scratch == NULL || run->results == NULL)
        return false;
    for (unsigned i = 0; i < run->n_workers; i++) {
        const rp_band_kernel *kernel = i < run->n_cpu_workers ? parameters->kernel : parameters->device_kernel;
        run->scratch[i].builder = rp_builder_create(kernel, parameters->max_extension_bp);
        run->scratch[i].list = rp_place_list_create();
        rp_batch_size_init(&run->scratch[i].take);
        run->scratch[i].random.state = run->parameters->delay_seed + i;
        if (run->scratch[i].builder == NULL || run->scratch[i].list == NULL)
            return false;
    }
    run->ring = rp_ring_create(run->parameters->channel_capacity, run->parameters->backpressure);
    run->order = rp_order_create(WINDOW, commit, run);
    run->survivors = rp_survivors_create();
    return run->ring != NULL && run->order != NULL && run->survivors != NULL && rp_claims_init(&run->claims, run->view->genome->length_bp);
}

static void take_down(discovery *run)
{
    for (size_t i = 0; run->results != NULL && i < WINDOW; i++)
        if (run->results[i].growth != NULL) { /* of a run that failed */
            rp_claims_give_back(&run->claims, &run->results[i].growth->guard);
            return_growth(&run->growths, run->results[i].growth);
        }
    run->figures->claims_left = run->claims.words != NULL ? rp_claims_count(&run->claims) : 0;
    while (run->growths.first_free != NULL) {
        growth *gone = run->growths.first_free;
        run->growths.first_free = gone->next_free;
        rp_family_clear(&gone->family);
        rp_reads_clear(&gone->reads);
        rp_claim_guard_clear(&gone->guard);
        free(gone);
    }
    (void)pthread_mutex_destroy(&run->growths.lock);
    for (unsigned i = 0; run->scratch != NULL && i < run->n_workers; i++) {
        if (run->scratch[i].builder != NULL)
            run->figures->cells += rp_builder_cells(run->scratch[i].builder);
        run->figures->batches_by[i >= run->n_cpu_workers] += run->scratch[i].n_batches;
        run->figures->pairs_by[i >= run->n_cpu_workers] += run->scratch[i].n_pairs;
        run->figures->n_parked += run->scratch[i].n_parked;
        rp_builder_destroy(run->scratch[i].builder);
        rp_place_list_destroy(run->scratch[i].list);
        free(run->scratch[i].windows.items);
    }
    free(run->scratch);
    free(run->results);
    if (run->ring != NULL)
        run->figures->ring = rp_ring_measure(run->ring);
    rp_ring_destroy(run->ring);
    rp_gauge_rest(RP_GAUGE_CHANNEL_PAIRS);
    rp_gauge_rest(RP_GAUGE_SURVIVORS);
    rp_gauge_rest(RP_GAUGE_BATCH_SIZE);
    rp_claims_clear(&run->claims);
    rp_survivors_destroy(run->survivors);
    rp_order_destroy(run->order);
    free(run->commit_intervals.items);
    free(run->held_back[0].items);
    free(run->held_back[1].items);
}

/* Starts the workers, produces, closes the channel, joins the workers. */
static bool run_threads(discovery *run, rp_error *error)
{
    discovery_thread *threads = rp_alloc(run->n_workers, sizeof *threads);
    if (threads == NULL)
        return rp_error_memory(error, "worker pool");
    unsigned n_started = 0;
    bool ok = true;
    for (; n_started < run->n_workers; n_started++) {
        threads[n_started] = (discovery_thread){.run = run, .worker = n_started};
        const int failure = pthread_create(&threads[n_started].thread, NULL, worker_main, &threads[n_started]);
        if (failure != 0) {
            ok = n_started > 0 || rp_error_set(error, "cannot start a worker thread: %s", strerror(failure));
            break; /* fewer workers give the same result */
        }
    }
    if (ok)
        ok = produce(run, error);
    if (ok)
        rp_ring_close(run->ring);
    else
        rp_ring_cancel(run->ring);
    for (unsigned i = 0; i < n_started; i++)
        (void)pthread_join(threads[i].thread, NULL);
    free(threads);
    return ok && !rp_order_failed(run->order, error);
}

static void resume_figures(discovery *run)
{
    const rp_discover_state *resume = run->parameters->resume;
    run->n_pairs = resume->n_pairs;
    run->figures->n_rejected = resume->n_rejected;
    run->figures->n_failed = resume->n_failed;
    run->figures->n_tandem = resume->n_tandem;
    atomic_store(&run->enough, run->parameters->max_candidates > 0 && run->n_pairs >= run->parameters->max_candidates);
}

bool rp_discover(const rp_view *view, const rp_kmer_index *index, rp_cover *cover,
                 const rp_discover_parameters *parameters, rp_library *library, rp_discover_figures *figures,
                 rp_error *error)
{
    *figures = (rp_discover_figures){0};
    discovery run = {.view = view, .index = index, .cover = cover, .parameters = parameters, .library = library,
                     .figures = figures};
    if (!rp_tokens_init(&run.tokens, parameters->n_threads, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN))
        return rp_error_set(error, "cannot make a lock");
    if (pthread_mutex_init(&run.growths.lock, NULL) != 0) {
        rp_tokens_clear(&run.tokens);
        return rp_error_set(error, "cannot make a lock");
    }
    bool ok = set_up(&run) || rp_error_memory(error, "worker pool");
    if (ok) {
        run.seeds = rp_seeds_create(view, index, &parameters->seed_limits, parameters->n_threads, error);
        ok = run.seeds != NULL;
    }
    if (ok) {
        figures->n_seeds = rp_seeds_total(run.seeds);
        rp_stage_add(figures->n_seeds);
        if (parameters->resume != NULL)
            resume_figures(&run);
        ok = run_threads(&run, error);
        if (!ok && rp_cancelled() != 0 && parameters->keeper != NULL && !run.commit_failed && run.in_tiers)
            keep_state(&run);
    }
    take_down(&run);
    figures->n_batches = run.n_produced;
    figures->n_pairs = run.n_pairs;
    figures->token_wait_ns = run.tokens.waited_ns;
    rp_seeds_destroy(run.seeds);
    rp_tokens_clear(&run.tokens);
    return ok;
}
