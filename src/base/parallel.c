/* parallel.c: a loop over parts on several threads; see parallel.h. */
#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/metrics.h"
#include "base/trace.h"

typedef struct shared_loop {
    size_t n_parts;
    rp_part_function *function;
    void *context;
    rp_error *error;            /* guarded by lock */
    pthread_mutex_t lock;
    uint64_t number;            /* of the loop, for a trace */
    atomic_size_t next_part;    /* relaxed: only hands out numbers */
    atomic_bool failed;         /* relaxed: a late look costs one part */
} shared_loop;

typedef struct loop_thread {
    shared_loop *loop;
    unsigned worker;
    pthread_t thread;
} loop_thread;

static void run_parts(shared_loop *loop, unsigned worker)
{
    rp_gauge_move(RP_GAUGE_WORKERS, 1);
    while (!atomic_load_explicit(&loop->failed, memory_order_relaxed)) {
        const size_t part = atomic_fetch_add_explicit(&loop->next_part, 1, memory_order_relaxed);
        if (part >= loop->n_parts)
            break;
        rp_error error = {""};
        const uint64_t began = rp_trace_begin();
        if (!rp_not_cancelled(&error) || !loop->function(loop->context, part, worker, &error)) {
            (void)pthread_mutex_lock(&loop->lock);
            (void)rp_error_copy(loop->error, &error);
            (void)pthread_mutex_unlock(&loop->lock);
            atomic_store_explicit(&loop->failed, true, memory_order_relaxed);
        }
        rp_trace("part", loop->number, part, began);
    }
    rp_gauge_move(RP_GAUGE_WORKERS, -1);
}

static void *thread_main(void *argument)
{
    loop_thread *self = argument;
    run_parts(self->loop, self->worker);
    return NULL;
}

bool rp_parallel(size_t n_parts, unsigned n_threads, rp_part_function *function, void *context, rp_error *error)
{
    static _Atomic uint64_t n_loops;
    shared_loop loop = {.number = atomic_fetch_add_explicit(&n_loops, 1, memory_order_relaxed),
                        .n_parts = n_parts,
                        .function = function,
                        .context = context,
                        .error = error};
    if (n_threads > n_parts)
        n_threads = n_parts == 0 ? 1 : (unsigned)n_parts;
    if (pthread_mutex_init(&loop.lock, NULL) != 0)
        return rp_error_set_as(error, RP_ERROR_PASSING, "cannot make a lock");
    loop_thread *threads = calloc(n_threads, sizeof *threads);
    unsigned started = 0;
    /* A thread that cannot be started is no failure: the others do its parts. */
    for (unsigned i = 1; threads != NULL && i < n_threads; i++) {
        threads[started] = (loop_thread){.loop = &loop, .worker = i};
        if (pthread_create(&threads[started].thread, NULL, thread_main, &threads[started]) != 0)
            break;
        started++;
    }
    run_parts(&loop, 0);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i].thread, NULL);
    free(threads);
    (void)pthread_mutex_destroy(&loop.lock);
    return !atomic_load_explicit(&loop.failed, memory_order_relaxed);
}
