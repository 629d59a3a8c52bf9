/* threads.c: how many processors this process may use; see command.h. */
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"

/* The cgroup's quota in processors, rounded up; 0: none. */
static unsigned cgroup_quota(void)
{
    long long quota = -1, period = 100000;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r"); /* version 2 */
    if (file != NULL) {
        if (fscanf(file, "%lld %lld", &quota, &period) != 2)
            quota = -1;
        (void)fclose(file);
    } else if ((file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "r")) != NULL) {
        if (fscanf(file, "%lld", &quota) != 1)
            quota = -1;
        (void)fclose(file);
        file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "r");
        if (file != NULL) {
            if (fscanf(file, "%lld", &period) != 1)
                period = 100000;
            (void)fclose(file);
        }
    }
    return quota > 0 && period > 0 ? (unsigned)((quota + period - 1) / period) : 0;
}

unsigned rp_available_threads(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    unsigned n = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        n = (unsigned)CPU_COUNT(&set);
    const unsigned quota = cgroup_quota();
    return quota > 0 && quota < n ? quota : n;
}
