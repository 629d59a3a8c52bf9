/* delays.c: a library to be preloaded (LD_PRELOAD) that lets threads sleep at random around their locks, so that
 * schedules come about that a quiet machine never shows.
 *
 * REPRISE_DELAYS=SEED:ONE_IN:MOST_US:TOTAL_US: one of ONE_IN calls sleeps up to MOST_US, and a thread TOTAL_US in all.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static unsigned long seed, one_in, most_us, total_us;
static atomic_ulong n_threads;
static _Thread_local uint64_t state;
static _Thread_local unsigned long slept_us;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("REPRISE_DELAYS");
    if (text == NULL || sscanf(text, "%lu:%lu:%lu:%lu", &seed, &one_in, &most_us, &total_us) != 4)
        one_in = 0;
}

/* splitmix64, a sequence of its own for each thread. */
static uint64_t draw(void)
{
    if (state == 0)
        state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ atomic_fetch_add(&n_threads, 1) << 32;
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void delay(void)
{
    if (one_in == 0 || slept_us >= total_us)
        return;
    const uint64_t drawn = draw();
    if (drawn % one_in != 0)
        return;
    const unsigned long us = 1 + (drawn >> 32) % most_us;
    const int before = errno;
    slept_us += us;
    usleep((useconds_t)us);
    errno = before;
}

typedef int lock_function(pthread_mutex_t *);

static lock_function *next_of(const char *name)
{
    return (lock_function *)(uintptr_t)dlsym(RTLD_NEXT, name);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static _Atomic(lock_function *) real;
    if (atomic_load(&real) == NULL)
        atomic_store(&real, next_of("pthread_mutex_lock"));
    delay();
    return atomic_load(&real)(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    static _Atomic(lock_function *) real;
    if (atomic_load(&real) == NULL)
        atomic_store(&real, next_of("pthread_mutex_unlock"));
    const int status = atomic_load(&real)(mutex);
    delay();
    return status;
}
