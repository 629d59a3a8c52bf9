/* check_file.c: a result file is there whole or not at all, in a place of its own; messages wait for nobody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/targets.h"
#include "base/log.h"
#include "suites.h"

static int exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

START_TEST(files_appear_when_committed)
{
    char folder[] = "/tmp/reprise-test-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/with blank %d", folder, _i);
    rp_error error = {""};
    rp_file *file = rp_file_open(path, &error);
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 100000; i++)
        rp_file_print(file, "%d\n", i);
    ck_assert(!exists(path));
    if (_i == 1) {
        ck_assert(rp_file_finish(file, &error));
        ck_assert(!exists(path));
        ck_assert(rp_file_commit(file, &error));
        struct stat status;
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_int_eq(status.st_size, 588890);
        unlink(path);
    }
    rp_file_destroy(file);
    ck_assert(!exists(path));
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
}
END_TEST

START_TEST(failures_name_the_file)
{
    rp_error error = {""};
    ck_assert_ptr_null(rp_file_open("/no such folder/x", &error));
    ck_assert_ptr_nonnull(strstr(error.message, "/no such folder/x"));
}
END_TEST

/* Three results, the third of which lies where the first does; each allocation fails in turn. */
START_TEST(places_are_told_apart_or_memory_is_out)
{
    char folder[] = "/tmp/reprise-test-XXXXXX", path[3][80];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path[0], sizeof path[0], "%s/a/b/c", folder);
    snprintf(path[1], sizeof path[1], "%s/a/b/d", folder);
    snprintf(path[2], sizeof path[2], "%s/a//./b/c", folder);
    bool whole = false;
    for (long n = 1; !whole; n++) {
        rp_error error = {""};
        rp_targets targets = {0};
        test_fail_allocation(n);
        const bool two = rp_targets_add(&targets, path[0], &error) && rp_targets_add(&targets, path[1], &error);
        const bool three = two && rp_targets_add(&targets, path[2], &error);
        whole = test_allocations() < n;
        test_fail_allocation(0);
        ck_assert(!three);
        ck_assert(two || strstr(error.message, "memory") != NULL);
        ck_assert(!whole || (two && targets.clash && strstr(error.message, "two results") != NULL));
        rp_targets_clear(&targets, false);
        snprintf(path[1], sizeof path[1], "%s/a", folder);
        ck_assert(!exists(path[1]));
        snprintf(path[1], sizeof path[1], "%s/a/b/d", folder);
        ck_assert_int_lt(n, 1000);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* Four megabytes of messages for a pipe that nobody reads: no caller waits, and what is left out is told. */
START_TEST(messages_wait_for_no_reader)
{
    static char text[1 << 22];
    int ends[2];
    size_t n = 0;
    const int before = dup(STDERR_FILENO);
    ck_assert(before >= 0 && pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0 && close(ends[1]) == 0);
    rp_log_open();
    for (int i = 0; i < 40000; i++)
        rp_log_message("message %d %90s\n", i, "");
    for (bool told = false; !told;) {
        const ssize_t got = read(ends[0], text + n, sizeof text - 1 - n);
        ck_assert_int_gt(got, 0);
        n += (size_t)got;
        told = strstr(text, "the last") != NULL;
        if (!told && n > 1000000)
            rp_log_message("the last\n");
    }
    rp_log_close();
    ck_assert(dup2(before, STDERR_FILENO) >= 0 && close(before) == 0 && close(ends[0]) == 0);
    ck_assert_ptr_nonnull(strstr(text, "message 0 "));
    ck_assert_ptr_nonnull(strstr(text, " messages are left out here)\nthe last\n"));
    ck_assert_int_lt(n, 2500000); /* a megabyte waits, another may be on its way */
}
END_TEST

Suite *suite_file(void)
{
    Suite *suite = suite_create("file");
    TCase *tests = tcase_create("file");
    tcase_add_loop_test(tests, files_appear_when_committed, 0, 2);
    tcase_add_test(tests, failures_name_the_file);
    tcase_add_test(tests, places_are_told_apart_or_memory_is_out);
    tcase_add_test(tests, messages_wait_for_no_reader);
    suite_add_tcase(suite, tests);
    return suite;
}
