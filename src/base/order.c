/* order.c: the in-order committer; see order.h. */
#include "base/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool rp_order_init(rp_order *order, uint64_t window, rp_commit_function *commit, void *context)
{
    *order = (rp_order){.window = window, .commit = commit, .context = context};
    order->results = rp_alloc((size_t)window, sizeof *order->results);
    if (order->results == NULL)
        return false;
    if (pthread_mutex_init(&order->lock, NULL) == 0) {
        if (pthread_cond_init(&order->progress, NULL) == 0)
            return true;
        (void)pthread_mutex_destroy(&order->lock);
    }
    free(order->results);
    order->results = NULL;
    return false;
}

void rp_order_clear(rp_order *order)
{
    if (order->results == NULL)
        return;
    (void)pthread_cond_destroy(&order->progress);
    (void)pthread_mutex_destroy(&order->lock);
    free(order->results);
    order->results = NULL;
}

void rp_order_post(rp_order *order, uint64_t serial, void *result, unsigned worker)
{
    (void)pthread_mutex_lock(&order->lock);
    order->results[serial % order->window] = result;
    if (!order->committing && !order->failed && order->results[order->next % order->window] != NULL) {
        order->committing = true;
        void *due;
        while (!order->failed && (due = order->results[order->next % order->window]) != NULL) {
            const uint64_t now = order->next;
            rp_error error = {""};
            (void)pthread_mutex_unlock(&order->lock);
            const bool ok = order->commit(order->context, now, due, worker, &error);
            (void)pthread_mutex_lock(&order->lock);
            order->results[now % order->window] = NULL;
            order->next++;
            if (!ok && !order->failed) {
                order->failed = true;
                order->error = error;
            }
        }
        order->committing = false;
        (void)pthread_cond_broadcast(&order->progress);
    }
    (void)pthread_mutex_unlock(&order->lock);
}

void rp_order_fail(rp_order *order, const rp_error *error)
{
    (void)pthread_mutex_lock(&order->lock);
    if (!order->failed) {
        order->failed = true;
        order->error = *error;
    }
    (void)pthread_cond_broadcast(&order->progress);
    (void)pthread_mutex_unlock(&order->lock);
}
