/* helpers.c: see helpers.h. */
#include "base/helpers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/trace.h"

struct rp_helpers {
    rp_crew *crew;
    unsigned n_threads;
    void (*call)(void *context); /* of a loop that is not rp_helpers_loop; NULL: it is */
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t called;      /* there may be parts to take, or the loop is over */
    size_t n_left;              /* parts that are not done; guarded by the lock */
    /* Both set under the lock and read without it, the number with acquire: who is late looks again before he waits. */
    _Atomic uint64_t n_calls;
    atomic_bool failed;
    atomic_uint n_idle; /* threads that wait; relaxed: parts are made for them, or not, all the same */
};

/* A loop under way. */
typedef struct helped_loop {
    rp_helpers *helpers;
    size_t n_parts;
    rp_part_function *function;
    void *context;
    atomic_size_t next_part; /* relaxed: only hands out numbers */
} helped_loop;

static void call_one(void *argument)
{
    rp_helpers *helpers = argument;
    if (helpers->call != NULL) {
        helpers->call(helpers->context);
        return;
    }
    (void)pthread_mutex_lock(&helpers->lock);
    helpers->n_calls++;
    (void)pthread_cond_signal(&helpers->called);
    (void)pthread_mutex_unlock(&helpers->lock);
}

rp_helpers *rp_helpers_create(unsigned n_threads)
{
    rp_helpers *helpers = rp_alloc(1, sizeof *helpers);
    if (helpers == NULL)
        return NULL;
    helpers->n_threads = n_threads;
    helpers->crew = rp_crew_create(n_threads, call_one, helpers);
    if (helpers->crew != NULL && pthread_mutex_init(&helpers->lock, NULL) == 0) {
        if (pthread_cond_init(&helpers->called, NULL) == 0)
            return helpers;
        (void)pthread_mutex_destroy(&helpers->lock);
    }
    rp_crew_destroy(helpers->crew);
    free(helpers);
    return NULL;
}

void rp_helpers_destroy(rp_helpers *helpers)
{
    if (helpers == NULL)
        return;
    (void)pthread_cond_destroy(&helpers->called);
    (void)pthread_mutex_destroy(&helpers->lock);
    rp_crew_destroy(helpers->crew);
    free(helpers);
}

rp_crew *rp_helpers_crew(rp_helpers *helpers)
{
    return helpers->crew;
}

bool rp_helpers_are_idle(const rp_helpers *helpers)
{
    return atomic_load_explicit(&helpers->n_idle, memory_order_relaxed) > 0;
}

void rp_helpers_call(rp_helpers *helpers, void (*call)(void *context), void *context)
{
    helpers->call = call;
    helpers->context = context;
}

static void note_done(rp_helpers *helpers, bool ok)
{
    (void)pthread_mutex_lock(&helpers->lock);
    helpers->n_left--;
    if (!ok)
        helpers->failed = true;
    if (helpers->n_left == 0 || !ok)
        (void)pthread_cond_broadcast(&helpers->called);
    (void)pthread_mutex_unlock(&helpers->lock);
}

/* Waits for a call after so many; false: the loop is over. */
static bool wait_for_call(rp_helpers *helpers, uint64_t n_calls)
{
    atomic_fetch_add_explicit(&helpers->n_idle, 1, memory_order_relaxed);
    (void)pthread_mutex_lock(&helpers->lock);
    while (helpers->n_calls == n_calls && helpers->n_left > 0 && !helpers->failed)
        (void)pthread_cond_wait(&helpers->called, &helpers->lock);
    const bool goes_on = helpers->n_left > 0 && !helpers->failed;
    (void)pthread_mutex_unlock(&helpers->lock);
    atomic_fetch_sub_explicit(&helpers->n_idle, 1, memory_order_relaxed);
    return goes_on;
}

/* One thread: takes parts until there are none, then helps until all are done. */
static bool work_and_help(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)number;
    helped_loop *loop = argument;
    rp_helpers *helpers = loop->helpers;
    bool ok = true;
    while (ok && !atomic_load_explicit(&helpers->failed, memory_order_relaxed)) {
        const size_t part = atomic_fetch_add_explicit(&loop->next_part, 1, memory_order_relaxed);
        if (part >= loop->n_parts)
            break;
        const uint64_t began = rp_trace_begin();
        ok = rp_not_cancelled(error) && loop->function(loop->context, part, worker, error);
        rp_trace("task", 0, part, began);
        note_done(helpers, ok);
    }
    for (bool goes_on = true; goes_on;) {
        const uint64_t n_calls = atomic_load_explicit(&helpers->n_calls, memory_order_acquire);
        if (!rp_crew_help(helpers->crew, worker))
            goes_on = wait_for_call(helpers, n_calls);
    }
    return ok;
}

bool rp_helpers_loop(rp_helpers *helpers, size_t n_parts, rp_part_function *function, void *context, rp_error *error)
{
    helped_loop loop = {.helpers = helpers, .n_parts = n_parts, .function = function, .context = context};
    helpers->n_left = n_parts;
    helpers->failed = false;
    return n_parts == 0 || rp_parallel(helpers->n_threads, helpers->n_threads, work_and_help, &loop, error);
}
