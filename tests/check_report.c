/* check_report.c: a report from small files; broken ones are refused with a reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/read.h"
#include "suites.h"

enum { SUMMARY, FAMILIES, COPIES, N_FILES };

static const char *const ENDINGS[N_FILES] = {"summary.json", "families.fa", "copies.bed"};

#define FACTS "{\"name\": \"R1\", \"class\": \"LTR\", \"length\": 10, \"copies\": 2, \"bases\": 18}"
#define WHOLE "{\"families\": [" FACTS "], \"results\": {\"genome_bases\": 300}}"
#define LIBRARY ">R1#LTR\nACGTACGTTG\n"
#define LINES "chr1\t100\t110\tR1\t900\t+\t10.3\t0\t10\t10\t1\nchr1\t200\t208\tR1\t900\t-\t0.0\t2\t10\t10\t2\n"

static const char *const SOUND[N_FILES] = {WHOLE, LIBRARY, LINES};

/* One file is replaced, or with NULL is not there. */
static const struct {
    int file;
    const char *text;
    const char *message;   /* part of it */
} BROKEN[] = {
    {SUMMARY, NULL, "summary.json: No such file"},
    {SUMMARY, "{\"families\": [", "summary.json: line 1: "},
    {SUMMARY, "{\"families\": []}", "is no summary of reprise-c"},
    {SUMMARY, "{\"families\": [], \"results\": {}}", "tells of 0 families, the library holds 1"},
    {SUMMARY, "{\"families\": [{\"name\": \"R2\", \"length\": 10}], \"results\": {}}",
     "R1 in the library and R2 in the summary"},
    {FAMILIES, NULL, "families.fa: No such file"},
    {FAMILIES, ">R1#LTR\n", "R1#LTR has no sequence"},
    {COPIES, NULL, "copies.bed: No such file"},
    {COPIES, "chr1\t100\t110\tR1\t900\t+\t10.3\t0\t10\n", "line 1: is no line of copies.bed"},
    {COPIES, LINES "chr1\t100\t100\tR1\t900\t+\t10.3\t0\t10\t10\t1\n", "line 3: is no line of copies.bed"},
    {COPIES, "chr1\t100\t110\tR1\t900\t+\t100.1\t0\t10\t10\t1\n", "line 1: is no line of copies.bed"},
    {COPIES, "chr1\t100\t110\tR1\t900\t+\t1.0\t-1\t10\t10\t1\n", "line 1: is no line of copies.bed"},
    {COPIES, "chr1\t100\t110\tR9\t900\t+\t10.3\t0\t10\t10\t1\n", "line 1: names a family that is not in the library"},
    {COPIES, "chr1\t100\t110\tR1\t900\t+\t10.3\t0\t11\t10\t1\n", "line 1: goes beyond its family's consensus"}};

/* Writes the files, reads them as a report, and removes them. */
static bool read_files(const char *const texts[N_FILES], rp_report *report, rp_report_source *source, rp_error *error)
{
    char folder[] = "/tmp/reprise-test-XXXXXX", path[80];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (int i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s/f.%s", folder, ENDINGS[i]);
        FILE *file = texts[i] != NULL ? fopen(path, "w") : NULL;
        if (file != NULL)
            ck_assert(fputs(texts[i], file) >= 0 && fclose(file) == 0);
    }
    char prefix[80];
    snprintf(prefix, sizeof prefix, "%s/f", folder);
    const bool ok = rp_report_read(report, source, prefix, NULL, error);
    for (int i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s/f.%s", folder, ENDINGS[i]);
        unlink(path);
    }
    rmdir(folder);
    return ok;
}

START_TEST(a_report_holds_what_the_files_tell)
{
    static const rp_report_part expected[] = {{0, 10, 10, 103}, {2, 10, 8, 0}};
    rp_report report;
    rp_report_source source;
    rp_error error = {""};
    ck_assert_msg(read_files(SOUND, &report, &source, &error), "%s", error.message);
    ck_assert_uint_eq(report.n_families, 1);
    const rp_report_family *family = &report.families[0];
    ck_assert_str_eq(family->name, "R1");
    ck_assert_uint_eq(family->length_bp, 10);
    ck_assert_int_eq(json_integer_value(json_object_get(family->facts, "copies")), 2);
    ck_assert_uint_eq(family->parts.n, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(family->parts.items[i].consensus_begin, expected[i].consensus_begin);
        ck_assert_uint_eq(family->parts.items[i].consensus_end, expected[i].consensus_end);
        ck_assert_uint_eq(family->parts.items[i].bases, expected[i].bases);
        ck_assert_uint_eq(family->parts.items[i].tenths, expected[i].tenths);
    }
    rp_report_clear(&report);
    rp_report_source_clear(&source);
}
END_TEST

START_TEST(broken_files_are_refused_with_a_reason)
{
    const char *texts[N_FILES];
    memcpy(texts, SOUND, sizeof texts);
    texts[BROKEN[_i].file] = BROKEN[_i].text;
    rp_report report;
    rp_report_source source;
    rp_error error = {""};
    ck_assert(!read_files(texts, &report, &source, &error));
    ck_assert_msg(strstr(error.message, BROKEN[_i].message) != NULL, "%s", error.message);
    rp_report_clear(&report);
    rp_report_source_clear(&source);
}
END_TEST

Suite *suite_report(void)
{
    Suite *suite = suite_create("report");
    TCase *tests = tcase_create("report");
    tcase_add_test(tests, a_report_holds_what_the_files_tell);
    tcase_add_loop_test(tests, broken_files_are_refused_with_a_reason, 0, (int)(sizeof BROKEN / sizeof BROKEN[0]));
    suite_add_tcase(suite, tests);
    return suite;
}
