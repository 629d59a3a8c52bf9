/* machine.c: the processors, the memory and the storage that this process may use; see command.h. */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "command/command.h"

enum { PATH_BYTES = 4096 };

/* What one file of the kernel says; 0: nothing, or no limit. */
typedef uint64_t limit_function(FILE *file);

static uint64_t one_number(FILE *file)
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
        const uint64_t us = read_limit("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", one_number);
        const uint64_t period = read_limit("/sys/fs/cgroup/cpu/cpu.cfs_period_us", one_number);
        quota = us > 0 && us < UINT64_C(1) << 40 && period > 0 ? (us + period - 1) / period : 0;
    }
    return quota > 0 && quota < n ? (unsigned)quota : n;
}

uint64_t rp_available_memory(void)
{
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t limits[] = {lowest_limit("memory.max", one_number),
                               read_limit("/sys/fs/cgroup/memory/memory.limit_in_bytes", one_number)};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        memory = limits[i] > 0 && limits[i] < memory ? limits[i] : memory;
    return memory;
}

const char *rp_storage_of(const char *path)
{
    struct stat status;
    char rotational[128], device[512] = "";
    if (strcmp(path, "-") == 0 || stat(path, &status) != 0)
        return "ssd";
    (void)snprintf(rotational, sizeof rotational, "/sys/dev/block/%u:%u", major(status.st_dev), minor(status.st_dev));
    const ssize_t n = readlink(rotational, device, sizeof device - 1);
    if (n > 0 && strstr(device, "nvme") != NULL)
        return "nvme";
    for (int up = 0; up < 2; up++) { /* of the device, or of the one whose partition it is */
        (void)snprintf(rotational, sizeof rotational, "/sys/dev/block/%u:%u/%squeue/rotational", major(status.st_dev), minor(status.st_dev),
                       up ? "../" : "");
        if (access(rotational, R_OK) == 0)
            return read_limit(rotational, one_number) != 0 ? "hdd" : "ssd";
    }
    return "ssd";
}
