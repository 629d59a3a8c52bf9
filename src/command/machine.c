/* machine.c: the processors, the memory and the storage that this process may use; see command.h. */
#include <malloc.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "command/command.h"
#include "command/limits.h"

enum {
    OTHER_THREADS = 4,         /* that read, write and watch beside the workers */
    SIZE_FIELD = 0,
    DATA_FIELD = 5 /* of /proc/self/statm */
};

/* Address space that the C library sets aside for a thread; of a limited one, arenas may have one part in so many. */
static const uint64_t ARENA_BYTES = 64 << 20, USUAL_STACK_BYTES = 8 << 20, ARENA_SHARE = 8;

/* The processors that the process' affinity leaves to it. The kernel refuses a set that its machine does not
 * fit into. */
static unsigned count_affinity(void)
{
    unsigned n = 0;
    for (int most = CPU_SETSIZE; n == 0 && most <= 1 << 20; most *= 2) {
        cpu_set_t *set = CPU_ALLOC(most);
        if (set == NULL)
            break;
        if (sched_getaffinity(0, CPU_ALLOC_SIZE(most), set) == 0)
            n = (unsigned)CPU_COUNT_S(CPU_ALLOC_SIZE(most), set);
        CPU_FREE(set);
    }
    return n > 0 ? n : 1;
}

unsigned rp_available_threads(void)
{
    unsigned n = count_affinity();
    const uint64_t quota = rp_limits_of_groups("").processors, slurm = rp_limits_of_slurm().processors;
    if ((long)n >= sysconf(_SC_NPROCESSORS_ONLN) && slurm < n)
        n = (unsigned)slurm;
    return quota < n ? (unsigned)quota : n;
}

/* One field of /proc/self/statm, in bytes; 0: not to be read. */
static uint64_t process_bytes(unsigned field)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    for (unsigned i = 0; file != NULL && i <= field; i++)
        if (fscanf(file, "%llu", &pages) != 1)
            pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t soft_limit(int resource)
{
    struct rlimit limit;
    return getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

/* What a limit of this process leaves when the stacks, other bytes and what it has in use now are taken off. */
static uint64_t room_under(uint64_t limit, unsigned field, unsigned n_threads, uint64_t other_bytes)
{
    if (limit == UINT64_MAX)
        return UINT64_MAX;
    const uint64_t stack = soft_limit(RLIMIT_STACK);
    const uint64_t taken = process_bytes(field) + other_bytes +
                           (n_threads + OTHER_THREADS) * (stack == UINT64_MAX ? USUAL_STACK_BYTES : stack);
    return limit > taken ? limit - taken : 1;
}

/* The allocator sets address space aside for each thread that allocates, used or not: under a limit fewer threads have
 * an arena of their own. */
static uint64_t room_under_address_limit(unsigned n_threads)
{
    const uint64_t limit = soft_limit(RLIMIT_AS);
    if (limit == UINT64_MAX)
        return UINT64_MAX;
    uint64_t n_arenas = limit / ARENA_SHARE / ARENA_BYTES;
    n_arenas = n_arenas < n_threads + OTHER_THREADS ? n_arenas : n_threads + OTHER_THREADS;
    (void)mallopt(M_ARENA_MAX, 1 + (int)n_arenas); /* the first one grows as it needs to */
    return room_under(limit, SIZE_FIELD, n_threads, n_arenas * ARENA_BYTES);
}

uint64_t rp_available_memory(unsigned n_threads, const char **by)
{
    const struct {
        uint64_t bytes;
        const char *by;
    } limits[] = {{(uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE), "the machine has"},
                  {rp_limits_of_groups("").memory_bytes, "the control group may use"},
                  {rp_limits_of_slurm().memory_bytes, "the Slurm job may use"},
                  {room_under_address_limit(n_threads), "ulimit -v leaves"},
                  {room_under(soft_limit(RLIMIT_DATA), DATA_FIELD, n_threads, 0), "ulimit -d leaves"}};
    size_t least = 0;
    for (size_t i = 1; i < sizeof limits / sizeof limits[0]; i++)
        least = limits[i].bytes < limits[least].bytes ? i : least;
    *by = limits[least].by;
    return limits[least].bytes;
}

static bool is_rotational(const char *path)
{
    FILE *file = fopen(path, "re");
    const bool is = file != NULL && fgetc(file) == '1';
    if (file != NULL)
        (void)fclose(file);
    return is;
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
        (void)snprintf(rotational, sizeof rotational, "/sys/dev/block/%u:%u/%squeue/rotational", major(status.st_dev),
                       minor(status.st_dev), up ? "../" : "");
        if (access(rotational, R_OK) == 0)
            return is_rotational(rotational) ? "hdd" : "ssd";
    }
    return "ssd";
}
