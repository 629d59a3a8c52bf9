/* order.c: the in-order committer; see order.h. */
#include "base/order.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"

enum { AT_ONCE = 32 }; /* results that are committed between two looks at what is posted */

struct rp_order {
    pthread_mutex_t lock;      /* guards what follows but the last three, which stay as they are */
    pthread_cond_t progress;   /* broadcast when `next` has moved or `failed` is set */
    void **results;            /* by serial modulo window; NULL: not there yet */
    uint64_t next;             /* the serial that is due */
    bool committing;
    atomic_bool failed;        /* set under the lock; read without it, relaxed: a late look costs some work */
    rp_error error;            /* of the first failure */
    uint64_t window;
    rp_commit_function *commit;
    void *context;
};

rp_order *rp_order_create(uint64_t window, rp_commit_function *commit, void *context)
{
    rp_order *order = rp_alloc(1, sizeof *order);
    if (order == NULL)
        return NULL;
    order->window = window;
    order->commit = commit;
    order->context = context;
    order->results = rp_alloc((size_t)window, sizeof *order->results);
    if (order->results != NULL && pthread_mutex_init(&order->lock, NULL) == 0) {
        if (pthread_cond_init(&order->progress, NULL) == 0)
            return order;
        (void)pthread_mutex_destroy(&order->lock);
    }
    free(order->results);
    free(order);
    return NULL;
}

void rp_order_destroy(rp_order *order)
{
    if (order == NULL)
        return;
    (void)pthread_cond_destroy(&order->progress);
    (void)pthread_mutex_destroy(&order->lock);
    free(order->results);
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

/* Under the lock: takes the results that are due, without a gap. How many. */
static size_t take_due(rp_order *order, void *due[AT_ONCE])
{
    size_t n = 0;
    while (n < AT_ONCE && n < order->window && !has_failed(order) &&
           (due[n] = order->results[(order->next + n) % order->window]) != NULL)
        n++;
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

void rp_order_post_all(rp_order *order, const rp_posted *posted, size_t n, unsigned worker)
{
    void *due[AT_ONCE];
    size_t n_due;
    (void)pthread_mutex_lock(&order->lock);
    for (size_t i = 0; i < n; i++)
        order->results[posted[i].serial % order->window] = posted[i].result;
    if (!order->committing && take_due(order, due) > 0) {
        order->committing = true;
        while ((n_due = take_due(order, due)) > 0)
            commit_due(order, due, n_due, worker);
        order->committing = false;
        (void)pthread_cond_broadcast(&order->progress);
    }
    (void)pthread_mutex_unlock(&order->lock);
}

void rp_order_post(rp_order *order, uint64_t serial, void *result, unsigned worker)
{
    const rp_posted one = {serial, result};
    rp_order_post_all(order, &one, 1, worker);
}

uint64_t rp_order_next(rp_order *order)
{
    (void)pthread_mutex_lock(&order->lock);
    const uint64_t next = order->next;
    (void)pthread_mutex_unlock(&order->lock);
    return next;
}

bool rp_order_wait(rp_order *order, uint64_t until)
{
    (void)pthread_mutex_lock(&order->lock);
    while (order->next < until && !has_failed(order))
        (void)pthread_cond_wait(&order->progress, &order->lock);
    const bool ok = !has_failed(order);
    (void)pthread_mutex_unlock(&order->lock);
    return ok;
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
