/* machine.c: the processors and the memory that this process may use; see command.h. */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"

enum { PATH_BYTES = 4096 };

/* What one file of a cgroup says; 0: no limit. */
typedef uint64_t limit_function(FILE *file);

static uint64_t memory_limit(FILE *file)
{
    unsigned long long bytes = 0;
    return fscanf(file, "%llu", &bytes) == 1 ? bytes : 0; /* "max": none */
}

/* The quota in processors, rounded up. */
static uint64_t cpu_limit(FILE *file)
{
    unsigned long long quota = 0, period = 0;
    return fscanf(file, "%llu %llu", &quota, &period) == 2 && period > 0 ? (quota + period - 1) / period : 0;
}

static uint64_t read_limit(const char *path, limit_function *limit)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    const uint64_t value = limit(file);
    (void)fclose(file);
    return value;
}

/* The lowest limit from this process' cgroup (version 2) up to the root; 0: none. */
static uint64_t lowest_limit(const char *name, limit_function *limit)
{
    char line[PATH_BYTES], path[PATH_BYTES + 64];
    uint64_t least = 0;
    FILE *groups = fopen("/proc/self/cgroup", "re");
    while (groups != NULL && fgets(line, sizeof line, groups) != NULL) {
        if (strncmp(line, "0::/", 4) != 0)
            continue;
        char *group = line + 3;
        group[strcspn(group, "\n")] = '\0';
        for (;;) {
            (void)snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", group, name);
            const uint64_t here = read_limit(path, limit);
            least = here > 0 && (least == 0 || here < least) ? here : least;
            char *slash = strrchr(group, '/');
            if (slash == NULL)
                break;
            *slash = '\0';
        }
    }
    if (groups != NULL)
        (void)fclose(groups);
    return least;
}

unsigned rp_available_threads(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    unsigned n = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        n = (unsigned)CPU_COUNT(&set);
    uint64_t quota = lowest_limit("cpu.max", cpu_limit);
    if (quota == 0) { /* version 1 */
        const uint64_t us = read_limit("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", memory_limit);
        const uint64_t period = read_limit("/sys/fs/cgroup/cpu/cpu.cfs_period_us", memory_limit);
        quota = us > 0 && us < UINT64_C(1) << 40 && period > 0 ? (us + period - 1) / period : 0;
    }
    return quota > 0 && quota < n ? (unsigned)quota : n;
}

uint64_t rp_available_memory(void)
{
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t limits[] = {lowest_limit("memory.max", memory_limit),
                               read_limit("/sys/fs/cgroup/memory/memory.limit_in_bytes", memory_limit)};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        memory = limits[i] > 0 && limits[i] < memory ? limits[i] : memory;
    return memory;
}
