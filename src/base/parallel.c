/* parallel.c: a loop over parts on several threads; see parallel.h.
 *
 * A stage has dozens of loops, and to start 63 threads takes longer than many of them. So threads are kept: one whose
 * loop is over waits, by a lock and a condition of its own, for the next loop, of whichever caller.
 */
#include "base/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
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
    atomic_uint n_within;       /* threads that may use the loop, the caller too; who leaves shows what it has done */
    pthread_cond_t over;        /* signalled when is_over, which the lock guards, is set */
    bool is_over;
} shared_loop;

/* A thread that is kept. It belongs to one caller from when that takes it until its loop is over. */
typedef struct loop_thread {
    pthread_mutex_t lock;       /* guards what it is to do: */
    pthread_cond_t called;
    shared_loop *loop;          /* NULL: nothing */
    unsigned worker;
    bool ends;
    pthread_t id;
    struct loop_thread *next;   /* of those that wait, or of one caller */
} loop_thread;

static pthread_mutex_t waiting_lock = PTHREAD_MUTEX_INITIALIZER;
static loop_thread *waiting;    /* threads that no caller has; guarded by waiting_lock */

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

/* So many threads use the loop no more. The last one tells the caller, who waits for that only if it is not the last
 * one itself. True: they were. */
static bool leave(shared_loop *loop, unsigned n)
{
    return atomic_fetch_sub_explicit(&loop->n_within, n, memory_order_acq_rel) == n;
}

static void *thread_main(void *argument)
{
    loop_thread *self = argument;
    (void)pthread_mutex_lock(&self->lock);
    for (;;) {
        while (self->loop == NULL && !self->ends)
            (void)pthread_cond_wait(&self->called, &self->lock);
        shared_loop *loop = self->loop;
        if (loop == NULL)
            break;
        self->loop = NULL;
        (void)pthread_mutex_unlock(&self->lock);
        run_parts(loop, self->worker);
        if (leave(loop, 1)) {
            (void)pthread_mutex_lock(&loop->lock);
            loop->is_over = true;
            (void)pthread_cond_signal(&loop->over);
            (void)pthread_mutex_unlock(&loop->lock);
        }
        (void)pthread_mutex_lock(&self->lock);
    }
    (void)pthread_mutex_unlock(&self->lock);
    return NULL;
}

static void free_thread(loop_thread *thread)
{
    (void)pthread_cond_destroy(&thread->called);
    (void)pthread_mutex_destroy(&thread->lock);
    free(thread);
}

/* Starts a thread that waits, and takes no signals. NULL: it cannot be had. */
static loop_thread *start_thread(void)
{
    loop_thread *thread = rp_alloc(1, sizeof *thread);
    sigset_t all, before;
    if (thread == NULL || pthread_mutex_init(&thread->lock, NULL) != 0) {
        free(thread);
        return NULL;
    }
    if (pthread_cond_init(&thread->called, NULL) != 0) {
        (void)pthread_mutex_destroy(&thread->lock);
        free(thread);
        return NULL;
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    const bool runs = pthread_create(&thread->id, NULL, thread_main, thread) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (runs)
        return thread;
    free_thread(thread);
    return NULL;
}

/* As many as n threads that wait, and where there are too few, new ones. One that cannot be started is no failure: the
 * others do its parts. */
static loop_thread *take_threads(unsigned n, unsigned *taken)
{
    loop_thread *list = NULL;
    *taken = 0;
    (void)pthread_mutex_lock(&waiting_lock);
    while (*taken < n && waiting != NULL) {
        loop_thread *thread = waiting;
        waiting = thread->next;
        thread->next = list;
        list = thread;
        ++*taken;
    }
    (void)pthread_mutex_unlock(&waiting_lock);
    for (loop_thread *thread; *taken < n && (thread = start_thread()) != NULL; ++*taken) {
        thread->next = list;
        list = thread;
    }
    return list;
}

static void give_back(loop_thread *list)
{
    if (list == NULL)
        return;
    loop_thread *last = list;
    while (last->next != NULL)
        last = last->next;
    (void)pthread_mutex_lock(&waiting_lock);
    last->next = waiting;
    waiting = list;
    (void)pthread_mutex_unlock(&waiting_lock);
}

/* Nobody has to wait for threads that have not begun yet. How many. */
static unsigned call_off(loop_thread *list)
{
    unsigned n = 0;
    for (loop_thread *thread = list; thread != NULL; thread = thread->next) {
        (void)pthread_mutex_lock(&thread->lock);
        n += thread->loop != NULL;
        thread->loop = NULL;
        (void)pthread_mutex_unlock(&thread->lock);
    }
    return n;
}

static void run_on_threads(shared_loop *loop, unsigned n_threads)
{
    unsigned n = 0, worker = 1;
    loop_thread *list = n_threads > 1 ? take_threads(n_threads - 1, &n) : NULL;
    atomic_init(&loop->n_within, n + 1);
    for (loop_thread *thread = list; thread != NULL; thread = thread->next) {
        (void)pthread_mutex_lock(&thread->lock);
        thread->loop = loop;
        thread->worker = worker++;
        (void)pthread_cond_signal(&thread->called);
        (void)pthread_mutex_unlock(&thread->lock);
    }
    run_parts(loop, 0);
    if (!leave(loop, 1 + call_off(list))) {
        (void)pthread_mutex_lock(&loop->lock);
        while (!loop->is_over)
            (void)pthread_cond_wait(&loop->over, &loop->lock);
        (void)pthread_mutex_unlock(&loop->lock);
    }
    give_back(list);
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
    const bool ok = pthread_cond_init(&loop.over, NULL) == 0;
    if (ok) {
        run_on_threads(&loop, n_threads);
        (void)pthread_cond_destroy(&loop.over);
    }
    (void)pthread_mutex_destroy(&loop.lock);
    return ok ? !atomic_load_explicit(&loop.failed, memory_order_relaxed)
              : rp_error_set_as(error, RP_ERROR_PASSING, "cannot make a lock");
}

void rp_parallel_end(void)
{
    (void)pthread_mutex_lock(&waiting_lock);
    loop_thread *list = waiting;
    waiting = NULL;
    (void)pthread_mutex_unlock(&waiting_lock);
    for (loop_thread *thread = list, *next; thread != NULL; thread = next) {
        next = thread->next;
        (void)pthread_mutex_lock(&thread->lock);
        thread->ends = true;
        (void)pthread_cond_signal(&thread->called);
        (void)pthread_mutex_unlock(&thread->lock);
        (void)pthread_join(thread->id, NULL);
        free_thread(thread);
    }
}
