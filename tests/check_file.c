/* check_file.c: a result file is there whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
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

Suite *suite_file(void)
{
    Suite *suite = suite_create("file");
    TCase *tests = tcase_create("file");
    tcase_add_loop_test(tests, files_appear_when_committed, 0, 2);
    tcase_add_test(tests, failures_name_the_file);
    suite_add_tcase(suite, tests);
    return suite;
}
