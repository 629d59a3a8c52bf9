/* ordered_loop.c: see ordered_loop.h. */
#include "base/ordered_loop.h"

#include "base/cancel.h"
#include "base/metrics.h"
#include "base/parallel.h"
#include "base/trace.h"

enum { AHEAD = 256 }; /* tasks that may be under way or waiting before the one that is due */

typedef struct ordered_loop {
    rp_order order;
    rp_task_function *work;
    void *context;
    size_t n_tasks, next_task; /* next_task is guarded by order.lock */
} ordered_loop;

/* One worker: takes tasks until there are none. */
static bool run_tasks(void *argument, size_t part, unsigned worker, rp_error *error)
{
    (void)part;
    ordered_loop *loop = argument;
    rp_order *order = &loop->order;
    for (;;) {
        (void)pthread_mutex_lock(&order->lock);
        while (!order->failed && loop->next_task < loop->n_tasks && loop->next_task >= order->next + AHEAD)
            (void)pthread_cond_wait(&order->progress, &order->lock);
        rp_error cancelled = {""};
        if (!rp_not_cancelled(&cancelled) && !order->failed) {
            order->failed = true;
            order->error = cancelled;
            (void)pthread_cond_broadcast(&order->progress);
        }
        const bool end = order->failed || loop->next_task >= loop->n_tasks;
        const size_t task = loop->next_task;
        loop->next_task += !end;
        (void)pthread_mutex_unlock(&order->lock);
        if (end)
            return true;
        const uint64_t began = rp_trace_begin();
        void *result = loop->work(loop->context, task, worker, error);
        if (result == NULL) {
            rp_order_fail(order, error);
            return false;
        }
        rp_trace("task", 0, task, began);
        rp_order_post(order, task, result, worker);
        rp_stage_done(1);
    }
}

bool rp_ordered_loop(size_t n_tasks, unsigned n_threads, rp_task_function *work, rp_commit_function *commit,
                     void *context, rp_error *error)
{
    ordered_loop loop = {.work = work, .context = context, .n_tasks = n_tasks};
    rp_stage_add(n_tasks);
    if (!rp_order_init(&loop.order, AHEAD, commit, context))
        return rp_error_memory(error, "committer");
    bool ok = rp_parallel(n_threads, n_threads, run_tasks, &loop, error);
    if (ok && loop.order.failed)
        ok = rp_error_set(error, "%s", loop.order.error.message);
    rp_order_clear(&loop.order);
    return ok;
}
