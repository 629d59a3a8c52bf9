/* trace.c: see trace.h. */
#include "base/trace.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/metrics.h"
#include "base/tokens.h"

static FILE *table;             /* stdio locks it for each line */
static const char *table_path;
static atomic_bool is_open;
static uint64_t opened_ns;

bool rp_trace_open(const char *path, rp_error *error)
{
    table = fopen(path, "we");
    if (table == NULL)
        return rp_error_set(error, "%s: cannot be written: %s", path, strerror(errno));
    table_path = path;
    opened_ns = rp_clock_ns();
    fprintf(table, "stage\tkind\tgroup\tnumber\tstart_ns\tduration_ns\n");
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
    fprintf(table, "%s\t%s\t%llu\t%llu\t%llu\t%llu\n", rp_stage_name[rp_progress_now().stage], kind, (unsigned long long)group,
            (unsigned long long)number, (unsigned long long)(begin_ns - opened_ns), (unsigned long long)(rp_clock_ns() - begin_ns));
}

bool rp_trace_close(rp_error *error)
{
    if (!atomic_exchange(&is_open, false))
        return true;
    const bool failed = ferror(table) != 0;
    if (fclose(table) != 0 || failed)
        return rp_error_set(error, "%s: cannot be written: %s", table_path, strerror(errno));
    return true;
}
