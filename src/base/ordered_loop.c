/* ordered_loop.c: see ordered_loop.h. */
#include "base/ordered_loop.h"

#include <stdatomic.h>

#include "base/account.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/order.h"
#include "base/parallel.h"
#include "base/trace.h"

enum { AHEAD = 256 }; /* tasks that may be under way or waiting before the one that is due */

typedef struct ordered_loop {
    rp_order *order;
    rp_task_function *work;
    void *context;
    size_t n_tasks;
    atomic_size_t next_task; /* relaxed: only hands out numbers */
} ordered_loop;

/* One worker: takes tasks until there are none. A task may wait for its turn in the order's window, but never the
 * lowest of those taken: the one that is due is always worked on. */
static bool run_tasks(void *argument, size_t part, unsigned worker, rp_error *error)
{
    (void)part;
    ordered_loop *loop = argument;
    for (;;) {
        const size_t task = atomic_fetch_add_explicit(&loop->next_task, 1, memory_order_relaxed);
        const size_t ahead = rp_account_is_short() ? 1 : AHEAD; /* what is made ahead must be kept */
        if (task >= loop->n_tasks || !rp_order_wait(loop->order, task < ahead ? 0 : task - ahead + 1))
            return true; /* the error of another one is the order's */
        const uint64_t began = rp_trace_begin();
        void *result = rp_not_cancelled(error) ? loop->work(loop->context, task, worker, error) : NULL;
        if (result == NULL) {
            rp_order_fail(loop->order, error);
            return false;
        }
        rp_trace("task", 0, task, began);
        rp_order_post(loop->order, task, result, worker);
        rp_stage_done(1);
    }
}

bool rp_ordered_loop(size_t n_tasks, unsigned n_threads, rp_task_function *work, rp_commit_function *commit,
                     void *context, rp_error *error)
{
    ordered_loop loop = {.work = work, .context = context, .n_tasks = n_tasks};
    rp_stage_add(n_tasks);
    loop.order = rp_order_create(AHEAD, commit, context);
    if (loop.order == NULL)
        return rp_error_memory(error, "committer");
    bool ok = rp_parallel(n_threads, n_threads, run_tasks, &loop, error);
    ok = !rp_order_failed(loop.order, error) && ok;
    rp_order_destroy(loop.order);
    return ok;
}
