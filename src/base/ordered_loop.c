/* ordered_loop.c: see ordered_loop.h. */
#include "base/ordered_loop.h"

#include <stdatomic.h>

#include "base/account.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/order.h"
#include "base/parallel.h"
#include "base/trace.h"

enum { AHEAD = 2048 }; /* tasks that may be under way or waiting before the one that is due */

typedef struct ordered_loop {
    rp_order *order;
    rp_task_function *work;
    const rp_renewal *renewal; /* NULL: results stay as they are until their turn */
    void *context;
    size_t n_tasks;
    atomic_size_t next_task; /* relaxed: only hands out numbers */
} ordered_loop;

static void post(ordered_loop *loop, size_t task, void *result, unsigned worker)
{
    if (loop->renewal != NULL)
        rp_order_post_for_now(loop->order, task, result, loop->renewal->stands_on(loop->context, result), worker);
    else
        rp_order_post(loop->order, task, result, worker);
}

/* Waits until all tasks below this one are committed; what may be renewed meanwhile is, as soon as it is stale. Nobody
 * waits who holds a result, so that the one that is due is always worked on. False: the loop has failed. */
static bool wait_for_turn(ordered_loop *loop, size_t until, unsigned worker, rp_error *error)
{
    const rp_renewal *renewal = loop->renewal;
    if (renewal == NULL || rp_account_is_short()) /* what is renewed may be renewed once more */
        return rp_order_wait(loop->order, until);
    for (;;) {
        const uint64_t n_calls = rp_order_n_calls(loop->order), due = rp_order_next(loop->order);
        const uint32_t version = renewal->version(loop->context);
        uint64_t task = 0;
        if (rp_order_failed(loop->order, NULL))
            return false;
        if (due >= until)
            return true;
        if (renewal->helpers != NULL && rp_crew_help(rp_helpers_crew(renewal->helpers), worker))
            continue;
        void *result = rp_order_take_back(loop->order, version, &task);
        if (result == NULL) {
            if (!rp_order_wait_or_call(loop->order, due + 1, n_calls))
                return false;
            continue;
        }
        const uint64_t began = rp_trace_begin();
        if (!renewal->renew(loop->context, task, result, version, worker, error)) {
            rp_order_fail(loop->order, error);
            return false;
        }
        rp_trace("again", 0, task, began);
        post(loop, task, result, worker);
    }
}

/* One worker: takes tasks until there are none. A task may wait for its turn in the order's window, but never the
 * lowest of those taken: the one that is due is always worked on. */
static bool run_tasks(void *argument, size_t part, unsigned worker, rp_error *error)
{
    (void)part;
    ordered_loop *loop = argument;
    for (;;) {
        const size_t task = atomic_fetch_add_explicit(&loop->next_task, 1, memory_order_relaxed);
        const size_t ahead = rp_account_is_short() ? 1 : AHEAD; /* what is made ahead must be kept */
        const bool over = task >= loop->n_tasks;
        size_t until = task < ahead ? 0 : task - ahead + 1;
        if (over) /* who has no task renews what others wait with */
            until = loop->renewal != NULL ? loop->n_tasks : 0;
        if (!wait_for_turn(loop, until, worker, error))
            return error->message[0] == '\0'; /* the error of another one is the order's */
        if (over)
            return true;
        const uint64_t began = rp_trace_begin();
        void *result = rp_not_cancelled(error) ? loop->work(loop->context, task, worker, error) : NULL;
        if (result == NULL) {
            rp_order_fail(loop->order, error);
            return false;
        }
        rp_trace("task", 0, task, began);
        post(loop, task, result, worker);
        rp_stage_done(1);
    }
}

static void call_one(void *order)
{
    rp_order_call(order);
}

bool rp_ordered_loop(size_t n_tasks, unsigned n_threads, rp_task_function *work, const rp_renewal *renewal,
                     rp_commit_function *commit, void *context, rp_error *error)
{
    ordered_loop loop = {.work = work, .renewal = renewal, .context = context, .n_tasks = n_tasks};
    rp_stage_add(n_tasks);
    loop.order = rp_order_create(AHEAD, commit, context);
    if (loop.order == NULL)
        return rp_error_memory(error, "committer");
    rp_helpers *helpers = renewal != NULL ? renewal->helpers : NULL;
    if (helpers != NULL)
        rp_helpers_call(helpers, call_one, loop.order);
    bool ok = rp_parallel(n_threads, n_threads, run_tasks, &loop, error);
    if (helpers != NULL)
        rp_helpers_call(helpers, NULL, NULL);
    ok = !rp_order_failed(loop.order, error) && ok;
    rp_order_destroy(loop.order);
    return ok;
}
