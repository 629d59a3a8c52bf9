/* check_limits.c: what control groups and Slurm allow, read from trees of the kernel's files as clusters and containers
 * have them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/account.h"
#include "base/cancel.h"
#include "command/limits.h"
#include "command/watch.h"
#include "suites.h"

static char root[] = "/tmp/reprise-test-limits-XXXXXX";

static void make_root(void)
{
    strcpy(root + sizeof root - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", root);
    ck_assert_int_eq(system(command), 0);
}

/* Writes a file below the root, and the folders that lead to it. */
static void put(const char *name, const char *text)
{
    char path[400];
    const int n = snprintf(path, sizeof path, "%s/%s", root, name);
    ck_assert_int_lt(n, (int)sizeof path);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void expect(uint64_t memory_mb, uint64_t processors)
{
    const rp_limits limits = rp_limits_of_groups(root);
    ck_assert_uint_eq(limits.memory_bytes, memory_mb == 0 ? UINT64_MAX : memory_mb << 20);
    ck_assert_uint_eq(limits.processors, processors == 0 ? UINT64_MAX : processors);
}

#define V1_MOUNTS                                                                                                      \
    "22 1 0:5 / /proc rw - proc proc rw\n31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - tmpfs tmpfs rw,mode=755\n" \
    "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 master:2 - cgroup cgroup rw,cpu,cpuacct\n"          \
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"                                       \
    "36 31 0:40 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n"
#define V1_NONE "9223372036854771712\n"

START_TEST(a_slurm_job_of_version_1)
{
    make_root();
    put("proc/self/mountinfo", V1_MOUNTS);
    put("proc/self/cgroup", "4:memory:/slurm_vm/uid_0/job_2/step_batch/task_0\n"
                            "3:cpu,cpuacct:/slurm_vm/uid_0/job_2/step_batch/task_0\n0::/\n");
    expect(0, 0);
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", V1_NONE);
    put("sys/fs/cgroup/memory/slurm_vm/uid_0/job_2/step_batch/task_0/memory.limit_in_bytes", V1_NONE);
    put("sys/fs/cgroup/memory/slurm_vm/uid_0/job_2/memory.limit_in_bytes", "419430400\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm_vm/cpu.cfs_quota_us", "800000\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm_vm/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm_vm/uid_0/job_2/cpu.cfs_quota_us", "250000\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm_vm/uid_0/job_2/cpu.cfs_period_us", "100000\n");
    expect(400, 3);
    /* another job's limit is none of this one's */
    put("sys/fs/cgroup/memory/slurm_vm/uid_0/job_3/memory.limit_in_bytes", "1048576\n");
    expect(400, 3);
    remove_root();
}
END_TEST

START_TEST(a_limit_above_what_is_mounted_of_version_1)
{
    make_root();
    put("proc/self/mountinfo", "35 31 0:32 /docker/a1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
    put("proc/self/cgroup", "4:memory:/docker/a1\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", V1_NONE);
    put("sys/fs/cgroup/memory/memory.stat",
        "cache 0\nrss 1000\nhierarchical_memory_limit 209715200\nhierarchical_memsw_limit 1048576\n");
    expect(200, 0);
    /* a group below the container's own */
    put("proc/self/cgroup", "4:memory:/docker/a1/child\n");
    put("sys/fs/cgroup/memory/child/memory.limit_in_bytes", "104857600\n");
    expect(100, 0);
    /* a group that the mount does not show: the mount stands for it */
    put("proc/self/cgroup", "4:memory:/docker/a10\n");
    expect(200, 0);
    remove_root();
}
END_TEST

START_TEST(groups_of_version_2)
{
    make_root();
    put("proc/self/mountinfo",
        "30 23 0:27 / /sys/fs/cgroup\\040two rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
    put("proc/self/cgroup", "0::/system.slice/slurmstepd.scope/job_7/step_0\n");
    put("sys/fs/cgroup two/system.slice/slurmstepd.scope/job_7/step_0/memory.max", "max\n");
    put("sys/fs/cgroup two/system.slice/slurmstepd.scope/job_7/step_0/memory.high", "max\n");
    put("sys/fs/cgroup two/system.slice/slurmstepd.scope/job_7/step_0/cpu.max", "max 100000\n");
    expect(0, 0);
    put("sys/fs/cgroup two/system.slice/slurmstepd.scope/job_7/memory.max", "419430400\n");
    put("sys/fs/cgroup two/system.slice/cpu.max", "150000 100000\n");
    expect(400, 2);
    put("sys/fs/cgroup two/system.slice/slurmstepd.scope/memory.high", "314572800\n");
    expect(300, 2);
    /* the groups of a container's namespace begin at its own, and a process may stand beside them */
    put("proc/self/cgroup", "0::/\n");
    put("sys/fs/cgroup two/memory.max", "52428800\n");
    expect(50, 0);
    put("proc/self/cgroup", "0::/../other\n");
    expect(50, 0);
    remove_root();
}
END_TEST

START_TEST(a_mount_of_another_group_is_not_heeded)
{
    make_root();
    put("proc/self/mountinfo",
        "30 23 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n50 23 0:27 /docker/b /run/b rw - cgroup2 cgroup2 rw\n");
    put("proc/self/cgroup", "0::/user.slice\n");
    put("sys/fs/cgroup/user.slice/memory.max", "max\n");
    put("run/b/memory.max", "1048576\n");
    expect(0, 0);
    remove_root();
}
END_TEST

START_TEST(files_that_make_no_sense)
{
    make_root();
    expect(0, 0);
    put("proc/self/mountinfo",
        "\n30 23\n30 23 0:27 / / rw - \n30 23 0:27 / /x rw - cgroup2\n30 23 0:27 / /y\\0 rw - cgroup2 a b\n");
    put("proc/self/cgroup", "\n0\n0:\n0::\n0::relative\n::/\n4:memory:\n");
    expect(0, 0);
    put("proc/self/mountinfo", V1_MOUNTS);
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "5\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "0\n");
    put("proc/self/cgroup", "4:memory:/\n3:cpuacct,cpu:/\n");
    expect(0, 0);
    remove_root();
}
END_TEST

static void expect_slurm(uint64_t memory_mb, uint64_t processors)
{
    const rp_limits limits = rp_limits_of_slurm();
    ck_assert_uint_eq(limits.memory_bytes, memory_mb == 0 ? UINT64_MAX : memory_mb << 20);
    ck_assert_uint_eq(limits.processors, processors == 0 ? UINT64_MAX : processors);
}

START_TEST(slurms_environment)
{
    static const char *const names[] = {"SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "SLURM_MEM_PER_NODE",
                                        "SLURM_MEM_PER_CPU"};
    for (int i = 0; i < 4; i++)
        unsetenv(names[i]);
    expect_slurm(0, 0);
    setenv("SLURM_CPUS_ON_NODE", "8", 1);
    setenv("SLURM_MEM_PER_CPU", "100", 1);
    expect_slurm(800, 8);
    setenv("SLURM_CPUS_PER_TASK", "3", 1);
    setenv("SLURM_MEM_PER_NODE", "400", 1);
    expect_slurm(400, 3);
    setenv("SLURM_MEM_PER_NODE", "2G", 1);
    expect_slurm(800, 3);
    setenv("SLURM_MEM_PER_NODE", "0", 1); /* all of the node's */
    setenv("SLURM_MEM_PER_CPU", "none", 1);
    setenv("SLURM_CPUS_PER_TASK", "-1", 1);
    expect_slurm(0, 8);
    for (int i = 0; i < 4; i++)
        unsetenv(names[i]);
}
END_TEST

/* Memory that no plan has foreseen is seen: blocks give way to it, and beyond its bound the run is ended. */
START_TEST(a_run_beyond_its_bound_is_ended)
{
    rp_log log = {.quiet = true};
    rp_error error = {""};
    rp_watch watch = {.log = &log,
                      .command = "find",
                      .n_threads = 1,
                      .memory_bytes = 1 << 20,
                      .interval_s = 0.01,
                      .most_bytes = UINT64_MAX};
    rp_account_set_limit(UINT64_C(1) << 40);
    ck_assert(rp_watch_start(&watch, &error));
    usleep(200000);
    ck_assert_int_eq(rp_cancelled(), 0);
    rp_watch_stop(&watch);
#ifndef RP_SANITIZED
    /* own_bytes is 0: all that this process takes is noted */
    ck_assert_uint_lt(rp_account_left(), (UINT64_C(1) << 40) - rp_account_taken() - (64 << 10));
#endif
    rp_account_take_anyway(4 << 20);
    watch = (rp_watch){.log = &log,
                       .command = "find",
                       .n_threads = 1,
                       .memory_bytes = 1 << 20,
                       .interval_s = 0.01,
                       .most_bytes = 1 << 10};
    ck_assert(rp_watch_start(&watch, &error));
    for (int i = 0; i < 500 && rp_cancelled() == 0; i++)
        usleep(10000);
    rp_watch_stop(&watch);
    ck_assert_int_eq(rp_cancelled(), RP_CANCEL_MEMORY);
    ck_assert(!rp_not_cancelled(&error));
    ck_assert_ptr_nonnull(strstr(error.message, "--max-memory"));
    rp_cancel_reset();
    rp_account_give(4 << 20);
}
END_TEST

Suite *suite_limits(void)
{
    Suite *suite = suite_create("limits");
    TCase *tests = tcase_create("limits");
    tcase_add_test(tests, a_slurm_job_of_version_1);
    tcase_add_test(tests, a_limit_above_what_is_mounted_of_version_1);
    tcase_add_test(tests, groups_of_version_2);
    tcase_add_test(tests, a_mount_of_another_group_is_not_heeded);
    tcase_add_test(tests, files_that_make_no_sense);
    tcase_add_test(tests, slurms_environment);
    tcase_add_test(tests, a_run_beyond_its_bound_is_ended);
    suite_add_tcase(suite, tests);
    return suite;
}
