/* order.c: the in-order committer; see order.h. */
#include "base/order.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"

enum { AT_ONCE = 32 }; /* results that are committed between two looks at what is posted */

struct rp_order {
    pthread_mutex_t lock;      /* guards what follows but the last three, which stay as they are */
    pthread_cond_t progress;   /* broadcast when `next` has moved or `failed` is set; signalled by a call */
    void **results;            /* by serial modulo window; NULL: not there yet */
    uint64_t *for_now;         /* a bit for each of them: it may be taken back, */
    uint32_t *versions;        /* and on which version it stands */
    uint64_t n_for_now;
    _Atomic uint32_t looked_at; /* none stands on an earlier version; set under the lock; read without it, relaxed */
    uint64_t next;             /* the serial that is due */
    bool committing;
    _Atomic uint64_t
        n_calls;  /* counted under the lock; read without it, with acquire: who is late looks again before he waits */
    atomic_bool failed;        /* set under the lock; read without it, relaxed: a late look costs some work */
    rp_error error;            /* of the first failure */
    uint64_t window;
    rp_commit_function *commit;
    void *context;
};

static void free_arrays(rp_order *order)
{
    free(order->results);
    free(order->for_now);
    free(order->versions);
}

rp_order *rp_order_create(uint64_t window, rp_commit_function *commit, void *context)
{
    rp_order *order = rp_alloc(1, sizeof *order);
    if (order == NULL)
        return NULL;
    order->window = window;
    order->commit = commit;
    order->context = context;
    order->results = rp_alloc((size_t)window, sizeof *order->results);
    order->for_now = rp_alloc((size_t)window / 64 + 1, sizeof *order->for_now);
    order->versions = rp_alloc((size_t)window, sizeof *order->versions);
    if (order->results != NULL && order->for_now != NULL && order->versions != NULL &&
        pthread_mutex_init(&order->lock, NULL) == 0) {
        if (pthread_cond_init(&order->progress, NULL) == 0)
            return order;
        (void)pthread_mutex_destroy(&order->lock);
    }
    free_arrays(order);
    free(order);
    return NULL;
}

void rp_order_destroy(rp_order *order)
{
    if (order == NULL)
        return;
    (void)pthread_cond_destroy(&order->progress);
    (void)pthread_mutex_destroy(&order->lock);
    free_arrays(order);
    free(order);
}

static bool has_failed(const rp_order *order)
{
    return atomic_load_explicit(&order->failed, memory_order_relaxed);
}

/* Under the lock. */
static void set_failed(rp_order *order, const rp_error *error)
{
    if (!has_failed(order))
        order->error = *error;
    atomic_store_explicit(&order->failed, true, memory_order_relaxed);
}

static bool is_for_now(const rp_order *order, uint64_t slot)
{
    return (order->for_now[slot / 64] >> slot % 64 & 1) != 0;
}

/* Under the lock: a result may no longer be taken back. */
static void settle(rp_order *order, uint64_t slot)
{
    order->for_now[slot / 64] &= ~((uint64_t)1 << slot % 64);
    order->n_for_now--;
}

/* Under the lock: takes the results that are due, without a gap: one that may be taken back by itself (*alone). How
 * many. */
static size_t take_due(rp_order *order, void *due[AT_ONCE], bool *alone)
{
    size_t n = 0;
    *alone = false;
    while (n < AT_ONCE && n < order->window && !has_failed(order) && !*alone) {
        const uint64_t slot = (order->next + n) % order->window;
        const bool is_alone = is_for_now(order, slot);
        due[n] = order->results[slot];
        if (due[n] == NULL || (is_alone && n > 0))
            break;
        n++;
        if (is_alone)
            settle(order, slot);
        *alone = is_alone;
    }
    return n;
}

/* Under the lock, which is given up meanwhile: commits n results from the next one on. */
static void commit_due(rp_order *order, void *const due[AT_ONCE], size_t n, unsigned worker)
{
    const uint64_t first = order->next;
    rp_error error = {""};
    size_t done = 0;
    bool ok = true;
    (void)pthread_mutex_unlock(&order->lock);
    for (; ok && done < n && !has_failed(order); done++)
        ok = order->commit(order->context, first + done, due[done], worker, &error);
    (void)pthread_mutex_lock(&order->lock);
    for (size_t i = 0; i < done; i++)
        order->results[(first + i) % order->window] = NULL;
    order->next += done;
    if (!ok)
        set_failed(order, &error);
}

/* Under the lock: commits what is due, unless another thread is at it. The serial that is due then; 0: there
 * was none. */
static uint64_t commit_all_due(rp_order *order, unsigned worker)
{
    void *due[AT_ONCE];
    size_t n_due;
    bool alone;
    if (order->committing || (n_due = take_due(order, due, &alone)) == 0)
        return 0;
    order->committing = true;
    do {
        commit_due(order, due, n_due, worker);
        if (alone) /* others may have become stale: those who wait take them back */
            (void)pthread_cond_broadcast(&order->progress);
    } while ((n_due = take_due(order, due, &alone)) > 0);
    order->committing = false;
    (void)pthread_cond_broadcast(&order->progress);
    return order->next;
}

uint64_t rp_order_post_all(rp_order *order, const rp_posted *posted, size_t n, unsigned worker)
{
    (void)pthread_mutex_lock(&order->lock);
    for (size_t i = 0; i < n; i++)
        order->results[posted[i].serial % order->window] = posted[i].result;
    const uint64_t next = commit_all_due(order, worker);
    (void)pthread_mutex_unlock(&order->lock);
    return next;
}

uint64_t rp_order_post_for_now(rp_order *order, uint64_t serial, void *result, uint32_t version, unsigned worker)
{
    const uint64_t slot = serial % order->window;
    (void)pthread_mutex_lock(&order->lock);
    order->results[slot] = result;
    order->versions[slot] = version;
    order->for_now[slot / 64] |= (uint64_t)1 << slot % 64;
    order->n_for_now++;
    if (version < atomic_load_explicit(&order->looked_at, memory_order_relaxed))
        atomic_store_explicit(&order->looked_at, version, memory_order_relaxed);
    const uint64_t next = commit_all_due(order, worker);
    (void)pthread_mutex_unlock(&order->lock);
    return next;
}

/* The first slot in [from, to) whose result may be taken back and stands on an earlier version; `to`: none. */
static uint64_t find_earlier(const rp_order *order, uint64_t from, uint64_t to, uint32_t version)
{
    for (uint64_t slot = from; slot < to; slot++) {
        const uint64_t word = order->for_now[slot / 64] >> slot % 64;
        if (word == 0)
            slot |= 63; /* the last of its word */
        else if ((word & 1) != 0 && order->versions[slot] < version)
            return slot;
    }
    return to;
}

void *rp_order_take_back(rp_order *order, uint32_t version, uint64_t *serial)
{
    void *taken = NULL;
    if (atomic_load_explicit(&order->looked_at, memory_order_relaxed) >= version)
        return NULL;
    (void)pthread_mutex_lock(&order->lock);
    const uint64_t first = order->next % order->window;
    uint64_t slot = order->window, passed = 0;
    if (order->n_for_now > 0) {
        slot = find_earlier(order, first, order->window, version);
        if (slot == order->window) {
            slot = find_earlier(order, 0, first, version);
            passed = order->window;
            slot = slot < first ? slot : order->window;
        }
    }
    if (slot == order->window) {
        atomic_store_explicit(&order->looked_at, version, memory_order_relaxed);
    } else {
        taken = order->results[slot];
        order->results[slot] = NULL;
        settle(order, slot);
        *serial = order->next - first + passed + slot;
    }
    (void)pthread_mutex_unlock(&order->lock);
    return taken;
}

uint64_t rp_order_post(rp_order *order, uint64_t serial, void *result, unsigned worker)
{
    const rp_posted one = {serial, result};
    return rp_order_post_all(order, &one, 1, worker);
}

uint64_t rp_order_next(rp_order *order)
{
    (void)pthread_mutex_lock(&order->lock);
    const uint64_t next = order->next;
    (void)pthread_mutex_unlock(&order->lock);
    return next;
}

/* Waits until this is due, or until there has been a call after so many (NULL: calls are nothing to it). */
static bool wait_until(rp_order *order, uint64_t until, const uint64_t *n_calls)
{
    (void)pthread_mutex_lock(&order->lock);
    while (order->next < until && !has_failed(order) && (n_calls == NULL || order->n_calls == *n_calls))
        (void)pthread_cond_wait(&order->progress, &order->lock);
    const bool ok = !has_failed(order);
    (void)pthread_mutex_unlock(&order->lock);
    return ok;
}

bool rp_order_wait(rp_order *order, uint64_t until)
{
    return wait_until(order, until, NULL);
}

bool rp_order_wait_or_call(rp_order *order, uint64_t until, uint64_t n_calls)
{
    return wait_until(order, until, &n_calls);
}

void rp_order_call(rp_order *order)
{
    (void)pthread_mutex_lock(&order->lock);
    order->n_calls++;
    (void)pthread_cond_signal(&order->progress);
    (void)pthread_mutex_unlock(&order->lock);
}

uint64_t rp_order_n_calls(const rp_order *order)
{
    return atomic_load_explicit(&order->n_calls, memory_order_acquire); /* what it tells of comes before it */
}

void rp_order_fail(rp_order *order, const rp_error *error)
{
    (void)pthread_mutex_lock(&order->lock);
    set_failed(order, error);
    (void)pthread_cond_broadcast(&order->progress);
    (void)pthread_mutex_unlock(&order->lock);
}

bool rp_order_failed(rp_order *order, rp_error *error)
{
    if (!has_failed(order))
        return false;
    if (error != NULL) {
        (void)pthread_mutex_lock(&order->lock);
        (void)rp_error_copy(error, &order->error);
        (void)pthread_mutex_unlock(&order->lock);
    }
    return true;
}
