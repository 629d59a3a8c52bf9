/* scheduler.c: see scheduler.h. */
#include "schedules/scheduler.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "base/random.h"

enum { MAX_TASKS = 16, STACK_BYTES = 1 << 20, MAX_DEPTH = 1 << 20, MAX_MUTEXES = 64 };

typedef enum task_state { FREE, READY, WANTS_MUTEX, WAITS_CONDITION, MAY_TIME_OUT, JOINS, DONE } task_state;

typedef struct task {
    task_state state;
    ucontext_t context;
    char *stack;
    void *(*run)(void *);
    void *argument, *result;
    const void *waits_for;   /* mutex or condition */
    int joins;
    bool signalled;
} task;

typedef struct owned_mutex {
    const void *mutex;
    int owner;
} owned_mutex;

static task tasks[MAX_TASKS];
static int current;
static owned_mutex mutexes[MAX_MUTEXES];
static size_t n_mutexes;
static ucontext_t base;
static bool running, failed;
static char failure[400];

/* Decisions of this run: which of how many. */
static struct {
    unsigned char chosen, n;
} *path;
static long depth, path_n;
static int preemptions;
static const schedules *now;
static rp_random random_choices;

void fail(const char *format, ...)
{
    if (!failed) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(failure, sizeof failure, format, arguments);
        va_end(arguments);
    }
    failed = true;
}

static int decide(int n)
{
    if (n == 1)
        return 0;
    if (depth == MAX_DEPTH) {
        fail("a schedule without an end");
        return 0;
    }
    if (depth == path_n) {
        path[path_n].chosen = now->seed != 0 ? (unsigned char)rp_random_below(&random_choices, (uint64_t)n) : 0;
        path[path_n++].n = (unsigned char)n;
    }
    return path[depth++].chosen;
}

static int *owner_of(const void *mutex)
{
    for (size_t i = 0; i < n_mutexes; i++)
        if (mutexes[i].mutex == mutex)
            return &mutexes[i].owner;
    if (n_mutexes == MAX_MUTEXES)
        abort();
    mutexes[n_mutexes] = (owned_mutex){mutex, -1};
    return &mutexes[n_mutexes++].owner;
}

static bool can_go_on(int i)
{
    const task *one = &tasks[i];
    switch (one->state) {
    case READY:
    case MAY_TIME_OUT: return true;
    case WANTS_MUTEX: return *owner_of(one->waits_for) < 0;
    case JOINS: return tasks[one->joins].state == DONE;
    default: return false;
    }
}

static void leave_run(void)
{
    running = false;
    (void)setcontext(&base);
    abort();
}

static void switch_to(int next)
{
    const int before = current;
    if (next == before)
        return;
    current = next;
    (void)swapcontext(&tasks[before].context, &tasks[next].context);
}

/* Somebody goes on: the present thread if it can and nobody is preferred to it. */
static void yield(void)
{
    int list[MAX_TASKS], n = 0;
    const bool mine = can_go_on(current);
    if (failed)
        leave_run();
    if (mine)
        list[n++] = current;
    for (int i = 0; i < MAX_TASKS; i++)
        if (i != current && can_go_on(i))
            list[n++] = i;
    if (n == 0) {
        fail("deadlock");
        leave_run();
    }
    if (mine && now->max_preemptions >= 0 && preemptions >= now->max_preemptions)
        n = 1;
    const int chosen = decide(n);
    preemptions += mine && chosen != 0;
    switch_to(list[chosen]);
}

void schedule_point(void)
{
    if (running)
        yield();
}

static void task_main(void)
{
    task *self = &tasks[current];
    self->result = self->run(self->argument);
    self->state = DONE;
    if (self == &tasks[0])
        leave_run();
    yield();
    abort();
}

/* Not inlined where getcontext returns twice. */
__attribute__((noinline)) static int free_task(void)
{
    int i = 0;
    while (i < MAX_TASKS && tasks[i].state != FREE)
        i++;
    return i < MAX_TASKS ? i : -1;
}

static int start_task(void *(*run)(void *), void *argument)
{
    const int i = free_task();
    if (i < 0)
        return -1;
    task *one = &tasks[i];
    if (one->stack == NULL && (one->stack = malloc(STACK_BYTES)) == NULL)
        abort();
    (void)getcontext(&one->context);
    one->context.uc_stack.ss_sp = one->stack;
    one->context.uc_stack.ss_size = STACK_BYTES;
    one->context.uc_link = NULL;
    one->run = run;
    one->argument = argument;
    one->state = READY;
    makecontext(&one->context, task_main, 0);
    return i;
}

/* --- What the program calls --- */

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __real_pthread_join(pthread_t thread, void **result);
int __real_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
int __real_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until);
int __real_pthread_cond_signal(pthread_cond_t *condition);
int __real_pthread_cond_broadcast(pthread_cond_t *condition);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until);
int __wrap_pthread_cond_signal(pthread_cond_t *condition);
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_join(pthread_t thread, void **result);

static void take_mutex(const void *mutex)
{
    task *self = &tasks[current];
    self->state = WANTS_MUTEX;
    self->waits_for = mutex;
    while (*owner_of(mutex) >= 0)
        yield();
    self->state = READY;
    *owner_of(mutex) = current;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (!running)
        return __real_pthread_mutex_lock(mutex);
    yield();
    if (*owner_of(mutex) == current)
        fail("a thread locks what it holds");
    take_mutex(mutex);
    return 0;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (!running)
        return __real_pthread_mutex_unlock(mutex);
    if (*owner_of(mutex) != current)
        fail("a thread unlocks what it does not hold");
    *owner_of(mutex) = -1;
    return 0;
}

static int wait_for(const void *condition, const void *mutex, task_state how)
{
    task *self = &tasks[current];
    if (*owner_of(mutex) != current)
        fail("a thread waits without the lock");
    *owner_of(mutex) = -1;
    self->state = how;
    self->waits_for = condition;
    self->signalled = false;
    yield();
    const bool signalled = self->signalled;
    take_mutex(mutex);
    return signalled ? 0 : ETIMEDOUT;
}

int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    return running ? wait_for(condition, mutex, WAITS_CONDITION) : __real_pthread_cond_wait(condition, mutex);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
    return running ? wait_for(condition, mutex, MAY_TIME_OUT) : __real_pthread_cond_timedwait(condition, mutex, until);
}

static bool waits_on(int i, const void *condition)
{
    return (tasks[i].state == WAITS_CONDITION || (tasks[i].state == MAY_TIME_OUT && !tasks[i].signalled)) &&
           tasks[i].waits_for == condition;
}

static void wake(int i)
{
    tasks[i].signalled = true;
    tasks[i].state = READY;
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition)
{
    int list[MAX_TASKS], n = 0;
    if (!running)
        return __real_pthread_cond_signal(condition);
    for (int i = 0; i < MAX_TASKS; i++)
        if (waits_on(i, condition))
            list[n++] = i;
    if (n > 0)
        wake(list[decide(n)]); /* the system may wake any */
    return 0;
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *condition)
{
    if (!running)
        return __real_pthread_cond_broadcast(condition);
    for (int i = 0; i < MAX_TASKS; i++)
        if (waits_on(i, condition))
            wake(i);
    return 0;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    if (!running)
        return __real_pthread_create(thread, attributes, run, argument);
    const int i = start_task(run, argument);
    *thread = (pthread_t)i;
    return i < 0 ? EAGAIN : 0;
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
    if (!running)
        return __real_pthread_join(thread, result);
    task *self = &tasks[current];
    self->joins = (int)thread;
    self->state = JOINS;
    yield();
    self->state = READY;
    if (result != NULL)
        *result = tasks[(int)thread].result;
    tasks[(int)thread].state = FREE;
    return 0;
}

/* --- All schedules --- */

static void *scenario_main(void *argument)
{
    const schedules *what = argument;
    what->scenario(what->context);
    return NULL;
}

__attribute__((noinline)) static void forget_run(void)
{
    for (int i = 0; i < MAX_TASKS; i++)
        tasks[i].state = FREE;
    n_mutexes = 0;
    depth = 0;
    preemptions = 0;
}

static void run_once(const schedules *what)
{
    forget_run();
    current = start_task(scenario_main, (void *)what);
    volatile bool entered = false;
    (void)getcontext(&base);
    if (!entered) {
        entered = true;
        running = true;
        (void)setcontext(&tasks[current].context);
    }
}

/* The next sequence of decisions; false: that was the last. */
static bool next_path(void)
{
    while (path_n > 0 && path[path_n - 1].chosen + 1 == path[path_n - 1].n)
        path_n--;
    if (path_n == 0)
        return false;
    path[path_n - 1].chosen++;
    return true;
}

bool try_schedules(const schedules *what)
{
    now = what;
    path = calloc(MAX_DEPTH, sizeof *path);
    if (path == NULL)
        abort();
    path_n = 0;
    failed = false;
    random_choices = (rp_random){what->seed};
    long n = 0, deepest = 0;
    bool more = true;
    while (more && !failed && (what->most == 0 || n < what->most)) {
        run_once(what);
        n++;
        deepest = depth > deepest ? depth : deepest;
        if (failed)
            break;
        if (what->seed != 0)
            path_n = 0;
        else
            more = next_path();
    }
    printf("%-44s %9ld schedules, %s, up to %ld decisions%s%s\n", what->name, n,
           what->seed != 0             ? "at random"
           : more                      ? "not all"
           : what->max_preemptions < 0 ? "all there are"
                                       : "all with so few preemptions",
           deepest, failed ? ": " : "", failed ? failure : "");
    if (failed) {
        printf("  decisions:");
        for (long i = 0; i < depth; i++)
            printf(" %d", path[i].chosen);
        printf("\n");
    }
    free(path);
    return !failed;
}
