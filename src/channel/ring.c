/* ring.c: the bounded channel, a circular array; see ring.h. */
#include "channel/ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/account.h"
#include "base/memory.h"
#include "base/clock.h"
#include "base/metrics.h"

enum {
    SLOW_PUSH_NS = 200000, /* a push above the mark waits this long for the workers to catch up */
    CALLS = 2              /* workers that a push wakes, and each of them: all are awake soon, if there is enough */
};

struct rp_ring {
    pthread_mutex_t lock;        /* guards everything below */
    pthread_cond_t not_full, not_empty;
    rp_batch_head *heads;
    size_t n_heads;              /* size of the array */
    size_t first_head, heads_in_use;
    uint64_t capacity_pairs, mark_pairs, pairs;
    size_t n_waiting;            /* workers */
    atomic_uint_fast64_t wakes;  /* counted under the lock, with release; read without it, with acquire */
    bool closed, cancelled;
    rp_lease lease;
    rp_ring_figures figures;
};

rp_ring *rp_ring_create(uint64_t capacity_pairs, double backpressure)
{
    rp_ring *ring = rp_alloc(1, sizeof *ring);
    if (ring == NULL)
        return NULL;
    if (pthread_mutex_init(&ring->lock, NULL) != 0) {
        free(ring);
        return NULL;
    }
    const bool conditions = pthread_cond_init(&ring->not_full, NULL) == 0;
    const bool both = conditions && pthread_cond_init(&ring->not_empty, NULL) == 0;
    ring->capacity_pairs = capacity_pairs;
    ring->mark_pairs = (uint64_t)((double)capacity_pairs * backpressure);
    ring->n_heads = (size_t)(capacity_pairs / 3 + 1); /* a batch has at least three places, hence three pairs */
    ring->heads = rp_alloc(ring->n_heads, sizeof *ring->heads);
    if (both && ring->heads != NULL) {
        rp_lease_set(&ring->lease, ring->n_heads * sizeof *ring->heads);
        return ring;
    }
    if (both)
        (void)pthread_cond_destroy(&ring->not_empty);
    if (conditions)
        (void)pthread_cond_destroy(&ring->not_full);
    (void)pthread_mutex_destroy(&ring->lock);
    free(ring->heads);
    free(ring);
    return NULL;
}

void rp_ring_destroy(rp_ring *ring)
{
    if (ring == NULL)
        return;
    (void)pthread_cond_destroy(&ring->not_empty);
    (void)pthread_cond_destroy(&ring->not_full);
    (void)pthread_mutex_destroy(&ring->lock);
    rp_lease_set(&ring->lease, 0);
    free(ring->heads);
    free(ring);
}

static bool has_room(const rp_ring *ring, const rp_batch_head *batch)
{
    if (ring->heads_in_use == 0)
        return true;
    return ring->pairs + rp_batch_n_pairs(batch) <= ring->capacity_pairs && ring->heads_in_use < ring->n_heads;
}

/* Gives the workers a moment when the channel is above the mark. */
static void slow_down(rp_ring *ring)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += SLOW_PUSH_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    ring->figures.n_slowed++;
    (void)pthread_cond_timedwait(&ring->not_full, &ring->lock, &until);
}

static bool is_open(const rp_ring *ring)
{
    return !ring->closed && !ring->cancelled;
}

static bool above_mark(const rp_ring *ring)
{
    return ring->heads_in_use > 0 && ring->pairs >= ring->mark_pairs;
}

static void put_last(rp_ring *ring, const rp_batch_head *batch)
{
    const uint64_t n_pairs = rp_batch_n_pairs(batch);
    ring->heads[(ring->first_head + ring->heads_in_use++) % ring->n_heads] = *batch;
    ring->pairs += n_pairs;
    ring->figures.n_batches++;
    ring->figures.n_pairs += n_pairs;
    if (ring->pairs > ring->figures.max_pairs)
        ring->figures.max_pairs = ring->pairs;
}

/* Under the lock: wakes up to n of those who wait, for whatever they wait. */
static void wake(rp_ring *ring, size_t n)
{
    (void)atomic_fetch_add_explicit(&ring->wakes, 1, memory_order_release);
    for (size_t i = 0; i < n && i < ring->n_waiting; i++)
        (void)pthread_cond_signal(&ring->not_empty);
}

/* Puts batches in while there is room for them; the first one in any case where `room` says that it has some. */
static size_t put_some(rp_ring *ring, const rp_batch_head *batches, size_t n, bool room)
{
    size_t done = 0;
    const uint64_t pairs_before = ring->figures.n_pairs;
    while (done < n && ((done == 0 && room) || (!above_mark(ring) && has_room(ring, &batches[done]))))
        put_last(ring, &batches[done++]);
    if (done == 0)
        return 0;
    rp_gauge_set(RP_GAUGE_CHANNEL_PAIRS, (int64_t)ring->pairs);
    rp_count(RP_COUNT_BATCHES, done);
    rp_count(RP_COUNT_PAIRS, ring->figures.n_pairs - pairs_before);
    wake(ring, done < CALLS ? done : CALLS);
    return done;
}

/* Waits, slowly above the mark and as long as it takes without room. */
static void wait_for_room(rp_ring *ring, const rp_batch_head *batch)
{
    if (!is_open(ring) || (!above_mark(ring) && has_room(ring, batch)))
        return;
    const uint64_t begin = rp_clock_ns();
    if (above_mark(ring))
        slow_down(ring);
    while (is_open(ring) && !has_room(ring, batch))
        (void)pthread_cond_wait(&ring->not_full, &ring->lock);
    const uint64_t blocked = rp_clock_ns() - begin;
    ring->figures.push_blocked_ns += blocked;
    rp_observe(RP_TIME_PUSH, blocked);
}

static rp_ring_status push(rp_ring *ring, const rp_batch_head *batches, size_t n, bool wait, size_t *n_pushed)
{
    rp_ring_status status = RP_RING_OK;
    *n_pushed = 0;
    (void)pthread_mutex_lock(&ring->lock);
    if (wait)
        wait_for_room(ring, batches);
    if (ring->cancelled)
        status = RP_RING_CANCELLED;
    else if (ring->closed)
        status = RP_RING_CLOSED;
    else if ((*n_pushed = put_some(ring, batches, n, wait)) == 0)
        status = RP_RING_FULL;
    (void)pthread_mutex_unlock(&ring->lock);
    return status;
}

rp_ring_status rp_ring_push(rp_ring *ring, const rp_batch_head *batch)
{
    size_t n;
    return push(ring, batch, 1, true, &n);
}

rp_ring_status rp_ring_try_push(rp_ring *ring, const rp_batch_head *batches, size_t n, size_t *n_pushed)
{
    return push(ring, batches, n, false, n_pushed);
}

static bool has_below(const rp_ring *ring, uint64_t serial)
{
    return ring->heads_in_use > 0 && ring->heads[ring->first_head].serial < serial;
}

static void take_first(rp_ring *ring, rp_batch_head *batch)
{
    *batch = ring->heads[ring->first_head];
    ring->first_head = (ring->first_head + 1) % ring->n_heads;
    ring->heads_in_use--;
    ring->pairs -= rp_batch_n_pairs(batch);
}

rp_ring_status rp_ring_try_pop(rp_ring *ring, uint64_t below_serial, rp_batch_head *batches, size_t max_batches,
                               size_t *n)
{
    rp_ring_status status = RP_RING_OK;
    *n = 0;
    (void)pthread_mutex_lock(&ring->lock);
    if (ring->cancelled) {
        status = RP_RING_CANCELLED;
    } else if (ring->heads_in_use == 0) {
        status = ring->closed ? RP_RING_CLOSED : RP_RING_EMPTY;
    } else {
        while (*n < max_batches && has_below(ring, below_serial))
            take_first(ring, &batches[(*n)++]);
        if (*n == 0) {
            status = RP_RING_AHEAD;
        } else {
            rp_gauge_set(RP_GAUGE_CHANNEL_PAIRS, (int64_t)ring->pairs);
            (void)pthread_cond_broadcast(&ring->not_full);
            if (has_below(ring, below_serial))
                wake(ring, CALLS);
        }
    }
    (void)pthread_mutex_unlock(&ring->lock);
    return status;
}

static bool has_news(const rp_ring *ring, uint64_t n_wakes, bool for_batch)
{
    return ring->cancelled || (for_batch && (ring->heads_in_use > 0 || ring->closed)) ||
           atomic_load_explicit(&ring->wakes, memory_order_relaxed) > n_wakes;
}

static void wait(rp_ring *ring, uint64_t n_wakes, bool for_batch)
{
    (void)pthread_mutex_lock(&ring->lock);
    if (!has_news(ring, n_wakes, for_batch)) {
        const uint64_t begin = rp_clock_ns();
        ring->n_waiting++;
        while (!has_news(ring, n_wakes, for_batch))
            (void)pthread_cond_wait(&ring->not_empty, &ring->lock);
        ring->n_waiting--;
        const uint64_t blocked = rp_clock_ns() - begin;
        ring->figures.pop_blocked_ns += blocked;
        rp_observe(RP_TIME_POP, blocked);
    }
    (void)pthread_mutex_unlock(&ring->lock);
}

void rp_ring_wait(rp_ring *ring, uint64_t n_wakes)
{
    wait(ring, n_wakes, true);
}

void rp_ring_wait_ahead(rp_ring *ring, uint64_t n_wakes)
{
    wait(ring, n_wakes, false);
}

uint64_t rp_ring_n_wakes(const rp_ring *ring)
{
    return atomic_load_explicit(&ring->wakes, memory_order_acquire);
}

static void raise_flag(rp_ring *ring, bool *flag)
{
    (void)pthread_mutex_lock(&ring->lock);
    *flag = true;
    (void)pthread_cond_broadcast(&ring->not_empty);
    (void)pthread_cond_broadcast(&ring->not_full);
    (void)pthread_mutex_unlock(&ring->lock);
}

void rp_ring_close(rp_ring *ring)
{
    raise_flag(ring, &ring->closed);
}

void rp_ring_cancel(rp_ring *ring)
{
    raise_flag(ring, &ring->cancelled);
}

void rp_ring_wake(rp_ring *ring, size_t n)
{
    (void)pthread_mutex_lock(&ring->lock);
    wake(ring, n);
    (void)pthread_mutex_unlock(&ring->lock);
}

void rp_ring_wake_ahead(rp_ring *ring, uint64_t below_serial)
{
    (void)pthread_mutex_lock(&ring->lock);
    if (has_below(ring, below_serial)) /* who waits for that, or is about to */
        wake(ring, CALLS);
    (void)pthread_mutex_unlock(&ring->lock);
}

rp_ring_figures rp_ring_measure(rp_ring *ring)
{
    (void)pthread_mutex_lock(&ring->lock);
    const rp_ring_figures figures = ring->figures;
    (void)pthread_mutex_unlock(&ring->lock);
    return figures;
}
