/* trace.c: see trace.h. */
#include "base/trace.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/file.h"
#include "base/metrics.h"
#include "base/clock.h"

static rp_file *table;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards its lines */
static atomic_bool is_open;
static uint64_t opened_ns;

bool rp_trace_open(const char *path, rp_error *error)
{
    table = rp_file_open(path, error);
    if (table == NULL)
        return false;
    opened_ns = rp_clock_ns();
    rp_file_print(table, "stage\tkind\tgroup\tnumber\tstart_ns\tduration_ns\n");
    atomic_store(&is_open, true);
    return true;
}

uint64_t rp_trace_begin(void)
{
    return atomic_load_explicit(&is_open, memory_order_relaxed) ? rp_clock_ns() : 0;
}

void rp_trace(const char *kind, uint64_t group, uint64_t number, uint64_t begin_ns)
{
    if (begin_ns == 0 || !atomic_load_explicit(&is_open, memory_order_acquire))
        return;
    const uint64_t took = rp_clock_ns() - begin_ns;
    (void)pthread_mutex_lock(&lock);
    rp_file_print(table, "%s\t%s\t%llu\t%llu\t%llu\t%llu\n", rp_stage_name[rp_progress_now().stage], kind,
                  (unsigned long long)group, (unsigned long long)number, (unsigned long long)(begin_ns - opened_ns),
                  (unsigned long long)took);
    (void)pthread_mutex_unlock(&lock);
}

bool rp_trace_close(rp_error *error)
{
    if (!atomic_exchange(&is_open, false))
        return true;
    const bool ok = rp_file_finish(table, error) && rp_file_commit(table, error);
    rp_file_destroy(table);
    table = NULL;
    return ok;
}
