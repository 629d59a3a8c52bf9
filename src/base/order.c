/* order.c: the in-order committer; see order.h. */
#include "base/order.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"

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

void rp_order_post(rp_order *order, uint64_t serial, void *result, unsigned worker)
{
    (void)pthread_mutex_lock(&order->lock);
    order->results[serial % order->window] = result;
    if (!order->committing && !has_failed(order) && order->results[order->next % order->window] != NULL) {
        order->committing = true;
        void *due;
        while (!has_failed(order) && (due = order->results[order->next % order->window]) != NULL) {
            const uint64_t now = order->next;
            rp_error error = {""};
            (void)pthread_mutex_unlock(&order->lock);
            const bool ok = order->commit(order->context, now, due, worker, &error);
            (void)pthread_mutex_lock(&order->lock);
            order->results[now % order->window] = NULL;
            order->next++;
            if (!ok)
                set_failed(order, &error);
        }
        order->committing = false;
        (void)pthread_cond_broadcast(&order->progress);
    }
    (void)pthread_mutex_unlock(&order->lock);
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
