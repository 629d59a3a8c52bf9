/* limits.c: see limits.h.
 *
 * /proc/self/cgroup names this process' group in each hierarchy, /proc/self/mountinfo where hierarchies are mounted,
 * and which of their groups is at the top of a mount: in a container that is seldom the root.
 */
#include "command/limits.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 128 };

static void lower(uint64_t *limit, uint64_t value)
{
    if (value > 0 && value < *limit)
        *limit = value;
}

/* The number that a text begins with; 0: none, as for "max" and -1. */
static uint64_t number_of(const char *text)
{
    return text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : 0;
}

static FILE *open_in(const char *folder, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    free(path);
    return file;
}

/* The number behind a word at a line's beginning ("": any line's) in a file of a group; 0: none. */
static uint64_t read_number(const char *folder, const char *name, const char *word)
{
    char line[LINE_BYTES];
    uint64_t value = 0;
    FILE *file = open_in(folder, name);
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, word, strlen(word)) == 0) {
            value = number_of(line + strlen(word));
            break;
        }
    if (file != NULL)
        (void)fclose(file);
    return value;
}

static void lower_quota(rp_limits *limits, uint64_t quota, uint64_t period)
{
    if (quota > 0 && period > 0)
        lower(&limits->processors, quota / period + (quota % period != 0));
}

/* A group of version 2. */
static void read_group(const char *folder, rp_limits *limits)
{
    unsigned long long quota = 0, period = 0;
    lower(&limits->memory_bytes, read_number(folder, "memory.max", ""));
    /* beyond this one the kernel slows the group down to a crawl */
    lower(&limits->memory_bytes, read_number(folder, "memory.high", ""));
    FILE *file = open_in(folder, "cpu.max");
    if (file != NULL && fscanf(file, "%llu %llu", &quota, &period) == 2)
        lower_quota(limits, quota, period);
    if (file != NULL)
        (void)fclose(file);
}

/* A group of version 1; it has the files of its hierarchy's controllers. */
static void read_old_group(const char *folder, rp_limits *limits)
{
    lower(&limits->memory_bytes, read_number(folder, "memory.limit_in_bytes", ""));
    /* of groups that no mount shows, too */
    lower(&limits->memory_bytes, read_number(folder, "memory.stat", "hierarchical_memory_limit "));
    lower_quota(limits, read_number(folder, "cpu.cfs_quota_us", ""), read_number(folder, "cpu.cfs_period_us", ""));
}

/* --- Where hierarchies are mounted --- */

typedef struct mount_point {
    const char *top, *path;    /* top: the group that lies at path */
    bool unified;              /* version 2 */
    const char *controllers;   /* of version 1: with other options, separated by commas */
} mount_point;

/* Undoes mountinfo's \040 for a blank. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; to++) {
        unsigned code;
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3 && sscanf(from + 1, "%3o", &code) == 1) {
            *to = (char)code;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* Takes a line of mountinfo apart, in place. False: no control groups. */
static bool parse_mount(char *line, mount_point *mount)
{
    char *word[5], *rest = line;
    for (int i = 0; i < 5; i++)
        word[i] = strsep(&rest, " ");
    char *behind = rest == NULL ? NULL : strstr(rest, " - ");
    if (behind == NULL)
        return false;
    behind += 3;
    const char *type = strsep(&behind, " ");
    (void)strsep(&behind, " "); /* its source */
    mount->unified = strcmp(type, "cgroup2") == 0;
    if (behind == NULL || (!mount->unified && strcmp(type, "cgroup") != 0))
        return false;
    behind[strcspn(behind, "\n")] = '\0';
    unescape(word[3]);
    unescape(word[4]);
    mount->top = word[3];
    mount->path = word[4];
    mount->controllers = behind;
    return true;
}

/* Whether a word stands in a list with commas. */
static bool has_word(const char *list, const char *word, size_t n)
{
    for (; list != NULL; list = strchr(list, ',')) {
        list += *list == ',';
        if (strncmp(list, word, n) == 0 && (list[n] == ',' || list[n] == '\0'))
            return true;
    }
    return false;
}

/* What leads from the mount to the group; NULL: the mount does not show it. */
static const char *below(const mount_point *mount, const char *group)
{
    const size_t n = strcmp(mount->top, "/") == 0 ? 0 : strlen(mount->top);
    if (strncmp(group, "/..", 3) == 0 || strncmp(group, mount->top, n) != 0 || (group[n] != '/' && group[n] != '\0'))
        return NULL;
    return group + n;
}

/* From a group up to the top of its mount. */
static void read_upward(const char *root, const mount_point *mount, const char *path, rp_limits *limits)
{
    char *folder = NULL;
    if (asprintf(&folder, "%s%s%s", root, mount->path, path) < 0)
        return;
    const size_t top = strlen(root) + strlen(mount->path);
    for (;;) {
        (mount->unified ? read_group : read_old_group)(folder, limits);
        if (strlen(folder) <= top)
            break;
        *strrchr(folder, '/') = '\0';
    }
    free(folder);
}

/* One group: `controllers` are those of its hierarchy, none for version 2. A mount that does not show the group is that
 * of a container, which stands for it; `shown`: only those that do. */
static bool read_mounts(const char *root, const char *controllers, const char *group, bool shown, rp_limits *limits)
{
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *mounts = open_in(root, "proc/self/mountinfo");
    while (mounts != NULL && getline(&line, &room, mounts) > 0) {
        mount_point mount;
        if (!parse_mount(line, &mount) || mount.unified != (controllers[0] == '\0') ||
            (!mount.unified && !has_word(mount.controllers, controllers, strcspn(controllers, ","))))
            continue;
        const char *path = below(&mount, group);
        found |= path != NULL;
        if (path != NULL || !shown)
            read_upward(root, &mount, path != NULL ? path : "", limits);
    }
    if (mounts != NULL)
        (void)fclose(mounts);
    free(line);
    return found;
}

rp_limits rp_limits_of_groups(const char *root)
{
    rp_limits limits = {UINT64_MAX, UINT64_MAX};
    char *line = NULL;
    size_t room = 0;
    FILE *groups = open_in(root, "proc/self/cgroup");
    while (groups != NULL && getline(&line, &room, groups) > 0) { /* number:controllers:group */
        char *group = line;
        (void)strsep(&group, ":");
        const char *controllers = strsep(&group, ":");
        if (group == NULL)
            continue;
        group[strcspn(group, "\n")] = '\0';
        if (!read_mounts(root, controllers, group, true, &limits))
            (void)read_mounts(root, controllers, group, false, &limits);
    }
    if (groups != NULL)
        (void)fclose(groups);
    free(line);
    return limits;
}

/* --- Slurm --- */

/* A number of the environment, with a unit where it was given by hand; 0: none. */
static uint64_t environment_number(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : number_of(text);
}

/* Megabytes of the environment, or with the unit behind them; in bytes. */
static uint64_t environment_memory(const char *name)
{
    static const char units[] = "KMGT";
    const uint64_t number = environment_number(name);
    const char *text = number == 0 ? "" : getenv(name);
    const char letter = text[strspn(text, "0123456789")];
    const char *unit = letter == '\0' ? NULL : strchr(units, letter & ~0x20);
    const unsigned shift = unit == NULL ? 20 : 10 * (unsigned)(unit - units + 1);
    return number > UINT64_MAX >> shift ? 0 : number << shift;
}

rp_limits rp_limits_of_slurm(void)
{
    rp_limits limits = {UINT64_MAX, UINT64_MAX};
    const uint64_t on_node = environment_number("SLURM_CPUS_ON_NODE");
    const uint64_t of_task = environment_number("SLURM_CPUS_PER_TASK"),
                   of_cpu = environment_memory("SLURM_MEM_PER_CPU");
    lower(&limits.processors, of_task > 0 ? of_task : on_node);
    lower(&limits.memory_bytes, environment_memory("SLURM_MEM_PER_NODE"));
    if (on_node > 0 && of_cpu <= UINT64_MAX / on_node)
        lower(&limits.memory_bytes, of_cpu * on_node);
    return limits;
}
