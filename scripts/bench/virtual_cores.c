/* virtual_cores.c: runs the program on as many cores as it asks for, on one: what its schedule would gain.
 *
 * Linked with --wrap for the functions of pthreads and of the clock that the program uses. Its threads are coroutines
 * of one thread, each with a clock of its own that moves by the CPU time that it takes (what others take of the machine
 * does not count). At each wrapped call the thread whose clock is furthest behind goes on; who waits for a lock, a
 * condition or a thread goes on when that comes. So the real program, with its locks, claims, windows, parkings and
 * commits, goes through the schedule that so many cores would have, and every time that it measures, in its summary
 * and its trace, is of these cores. What lies between two wrapped calls is one step: it sees the others as they were
 * when it began.
 *
 * It knows no bounds of memory bandwidth, and a wake costs a constant. For replay_schedule.py; x86-64 and others.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

#include "base/cancel.h"
#include "base/tokens.h"

enum {
    MAX_THREADS = 1024,
    STACK_BYTES = 8 << 20,
    LONG_STEP_NS = 30000,   /* a step so long may hold time that others took of the machine */
    WAKE_NS = 5000,         /* from a wake until the woken thread runs, */
    WAKES_NS = 1000,        /* and for the thread that wakes it */
    START_NS = 20000        /* of a thread */
};

typedef enum thread_state { FREE, READY, WAITS, WAITS_UNTIL, DONE } thread_state;

typedef struct virtual_thread {
    thread_state state;
    uint64_t clock_ns;       /* WAITS_UNTIL: when it gives up */
    const void *waits_for;   /* lock, condition or thread */
    bool woken;
    ucontext_t context;
    char *stack;
    void *(*run)(void *);
    void *argument, *result;
    rp_tokens *held;
} virtual_thread;

/* What a lock holds in place of what pthreads keeps there: both are zero when nobody has it. */
typedef struct virtual_lock {
    int taken;               /* a mutex: 1; a lock for readers and writers: readers, or -1 */
    int n_waiting;
} virtual_lock;

static virtual_thread threads[MAX_THREADS];
static int current, n_used;
static uint64_t step_began_ns, cpu_read_ns, cpu_read_at_ns;

int __real_main(int argc, char **argv);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
bool __real_rp_not_cancelled(rp_error *error);
void __real_rp_tokens_take(rp_tokens *tokens);
void __real_rp_tokens_give(rp_tokens *tokens);
int __wrap_main(int argc, char **argv);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock);
int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock);
int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *lock);
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until);
int __wrap_pthread_cond_signal(pthread_cond_t *condition);
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_join(pthread_t thread, void **result);
int __wrap_pthread_kill(pthread_t thread, int number);
int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout);
bool __wrap_rp_not_cancelled(rp_error *error);
void __wrap_rp_tokens_take(rp_tokens *tokens);
void __wrap_rp_tokens_give(rp_tokens *tokens);
rp_tokens *__wrap_rp_tokens_lend(void);

/* --- Clocks --- */

static uint64_t in_ns(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * UINT64_C(1000000000) + (uint64_t)time->tv_nsec;
}

static uint64_t real_ns(clockid_t clock)
{
    struct timespec now;
    (void)__real_clock_gettime(clock, &now);
    return in_ns(&now);
}

/* The present thread's clock moves by the step that ends here. CPU time is asked for rarely, as that takes long. */
static void end_step(void)
{
    const uint64_t now = real_ns(CLOCK_MONOTONIC);
    uint64_t took = now - step_began_ns;
    if (took >= LONG_STEP_NS) {
        const uint64_t cpu = real_ns(CLOCK_THREAD_CPUTIME_ID);
        const uint64_t here = cpu - cpu_read_ns, all = now - cpu_read_at_ns, lost = all > here ? all - here : 0;
        took -= lost < took ? lost : took;
        cpu_read_ns = cpu;
        cpu_read_at_ns = now;
    }
    threads[current].clock_ns += took;
}

static void begin_step(void)
{
    step_began_ns = real_ns(CLOCK_MONOTONIC);
}

/* --- Who goes on --- */

static void switch_to(int next)
{
    const int before = current;
    if (next == before)
        return;
    current = next;
    (void)swapcontext(&threads[before].context, &threads[next].context);
}

/* The thread whose clock is furthest behind goes on: the present one if it is. */
static void yield(void)
{
    int next = -1;
    for (int i = 0; i < n_used; i++)
        if ((threads[i].state == READY || threads[i].state == WAITS_UNTIL) &&
            (next < 0 || threads[i].clock_ns < threads[next].clock_ns ||
             (threads[i].clock_ns == threads[next].clock_ns && i == current)))
            next = i;
    if (next < 0) {
        (void)fputs("virtual cores: everybody waits\n", stderr);
        abort();
    }
    threads[next].state = READY;
    switch_to(next);
}

/* The present thread waits; woken: somebody did so, and it was not too late. */
static bool wait_for(const void *what, uint64_t until_ns)
{
    virtual_thread *self = &threads[current];
    const uint64_t now = self->clock_ns;
    self->waits_for = what;
    self->woken = false;
    self->state = until_ns == UINT64_MAX ? WAITS : WAITS_UNTIL;
    if (until_ns != UINT64_MAX)
        self->clock_ns = until_ns > now ? until_ns : now;
    yield();
    self->waits_for = NULL;
    return self->woken;
}

/* Wakes the one that waits for this and came first, or all. How many. */
static int wake(const void *what, bool all)
{
    virtual_thread *self = &threads[current];
    int n = 0;
    do {
        virtual_thread *first = NULL;
        for (int i = 0; i < n_used; i++)
            if ((threads[i].state == WAITS || threads[i].state == WAITS_UNTIL) && threads[i].waits_for == what &&
                (first == NULL || threads[i].clock_ns < first->clock_ns))
                first = &threads[i];
        if (first == NULL)
            return n;
        const uint64_t at = self->clock_ns + WAKE_NS;
        if (first->state == WAITS_UNTIL || first->clock_ns < at)
            first->clock_ns = at;
        first->state = READY;
        first->woken = true;
        self->clock_ns += WAKES_NS;
        n++;
    } while (all);
    return n;
}

static void thread_main(void)
{
    virtual_thread *self = &threads[current];
    begin_step();
    self->result = self->run(self->argument);
    end_step();
    (void)wake(self, true);
    self->state = DONE;
    yield();
    abort();
}

static void *main_stack(void)
{
    void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return stack == MAP_FAILED ? NULL : stack;
}

/* --- What the program calls --- */

int __wrap_main(int argc, char **argv)
{
    threads[0].state = READY;
    n_used = 1;
    threads[0].clock_ns = UINT64_C(1000000000); /* 0 is no time to the program */
    begin_step();
    cpu_read_ns = real_ns(CLOCK_THREAD_CPUTIME_ID);
    cpu_read_at_ns = step_began_ns;
    return __real_main(argc, argv);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME)
        return __real_clock_gettime(clock, now);
    end_step();
    const uint64_t ns = threads[current].clock_ns;
    *now = (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    begin_step();
    return 0;
}

static void take_lock(virtual_lock *lock, bool shared)
{
    while (shared ? lock->taken < 0 : lock->taken != 0) {
        lock->n_waiting++;
        (void)wait_for(lock, UINT64_MAX);
        lock->n_waiting--;
    }
    lock->taken = shared ? lock->taken + 1 : -1;
}

static int lock_it(void *memory, bool shared)
{
    end_step();
    yield();
    take_lock(memory, shared);
    begin_step();
    return 0;
}

static void give_lock(virtual_lock *lock)
{
    lock->taken = lock->taken < 0 ? 0 : lock->taken - 1;
    if (lock->taken == 0 && lock->n_waiting > 0)
        (void)wake(lock, false);
}

static int unlock_it(void *memory)
{
    end_step();
    give_lock(memory);
    begin_step();
    return 0;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return lock_it(mutex, false);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    return unlock_it(mutex);
}

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return lock_it(lock, true);
}

int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return lock_it(lock, false);
}

int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    return unlock_it(lock);
}

static int wait_on(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t until_ns)
{
    end_step();
    give_lock((virtual_lock *)mutex);
    const bool woken = wait_for(condition, until_ns);
    take_lock((virtual_lock *)mutex, false);
    begin_step();
    return woken ? 0 : ETIMEDOUT;
}

int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    return wait_on(condition, mutex, UINT64_MAX);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
    return wait_on(condition, mutex, in_ns(until));
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition)
{
    end_step();
    (void)wake(condition, false);
    begin_step();
    return 0;
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *condition)
{
    end_step();
    (void)wake(condition, true);
    begin_step();
    return 0;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    (void)attributes;
    int i = 0;
    end_step();
    while (i < n_used && threads[i].state != FREE)
        i++;
    virtual_thread *fresh = &threads[i];
    if (i == MAX_THREADS || (fresh->stack == NULL && (fresh->stack = main_stack()) == NULL))
        return EAGAIN;
    n_used = i < n_used ? n_used : i + 1;
    (void)getcontext(&fresh->context);
    fresh->context.uc_stack.ss_sp = fresh->stack;
    fresh->context.uc_stack.ss_size = STACK_BYTES;
    fresh->context.uc_link = NULL;
    fresh->run = run;
    fresh->argument = argument;
    fresh->held = NULL;
    threads[current].clock_ns += START_NS;
    fresh->clock_ns = threads[current].clock_ns + START_NS;
    fresh->state = READY;
    makecontext(&fresh->context, thread_main, 0);
    *thread = (pthread_t)i;
    begin_step();
    return 0;
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
    virtual_thread *other = &threads[(int)thread];
    end_step();
    while (other->state != DONE)
        (void)wait_for(other, UINT64_MAX);
    if (threads[current].clock_ns < other->clock_ns)
        threads[current].clock_ns = other->clock_ns;
    if (result != NULL)
        *result = other->result;
    other->state = FREE;
    begin_step();
    return 0;
}

/* A thread that waits for signals is told so at once. */
int __wrap_pthread_kill(pthread_t thread, int number)
{
    (void)number;
    end_step();
    (void)wake(&threads[(int)thread].waits_for, true);
    begin_step();
    return 0;
}

int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
    (void)set;
    (void)info;
    end_step();
    if (in_ns(timeout) > 0)
        (void)wait_for(&threads[current].waits_for, threads[current].clock_ns + in_ns(timeout));
    begin_step();
    errno = EAGAIN;
    return -1;
}

/* Loops ask this between parts, which they hand out without a lock. */
bool __wrap_rp_not_cancelled(rp_error *error)
{
    end_step();
    yield();
    begin_step();
    return __real_rp_not_cancelled(error);
}

/* Which token a thread holds is kept by thread in the program, so that it must be by virtual thread here. */
void __wrap_rp_tokens_take(rp_tokens *tokens)
{
    __real_rp_tokens_take(tokens);
    threads[current].held = tokens;
}

void __wrap_rp_tokens_give(rp_tokens *tokens)
{
    threads[current].held = NULL;
    __real_rp_tokens_give(tokens);
}

rp_tokens *__wrap_rp_tokens_lend(void)
{
    rp_tokens *from = threads[current].held;
    if (from != NULL)
        __wrap_rp_tokens_give(from);
    return from;
}
