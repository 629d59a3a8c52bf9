/* check_run.c: the whole search called from C: how a program of one's own would do it. */
#include <stdlib.h>
#include <string.h>

#include "run/run.h"
#include "suites.h"

/* All that a search needs: parameters, a keeper, devices (none here), a log, threads, and a genome. */
static void search(rp_run *run, const rp_run_parameters *parameters, rp_keeper *keeper, rp_offloading *offloading,
                   const rp_log *log, unsigned n_threads)
{
    rp_error error = {""};
    *run = (rp_run){.parameters = parameters,
                    .keeper = keeper,
                    .offloading = offloading,
                    .log = log,
                    .kernel = rp_band_select("auto"),
                    .n_threads = n_threads};
    test_simulated_genome(&run->genome, 300000, 8, 12);
    ck_assert_msg(rp_run_find(run, &error), "%s", error.message);
}

START_TEST(a_search_without_a_command_line)
{
    const rp_run_parameters parameters = rp_run_defaults();
    const rp_log log = {.quiet = true};
    rp_run runs[2];
    for (unsigned i = 0; i < 2; i++) {
        rp_keeper keeper = {0};         /* nothing is kept */
        rp_offloading offloading = {0}; /* no devices */
        search(&runs[i], &parameters, &keeper, &offloading, &log, 1 + 2 * i);
        rp_offloading_clear(&offloading);
        ck_assert_uint_eq(runs[i].state.mark, RP_N_MARKS);
    }
    const rp_findings *one = &runs[0].findings, *other = &runs[1].findings;
    ck_assert_uint_ge(one->n_families, 4);
    ck_assert_uint_eq(one->n_families, other->n_families);
    ck_assert_uint_eq(one->parts.n, other->parts.n);
    for (size_t f = 0; f < one->n_families; f++) {
        const rp_codes *a = one->families[f].consensus, *b = other->families[f].consensus;
        ck_assert_uint_eq(a->n, b->n);
        ck_assert_mem_eq(a->items, b->items, a->n);
    }
    for (unsigned i = 0; i < 2; i++)
        rp_run_clear(&runs[i]);
}
END_TEST

Suite *suite_run(void)
{
    Suite *suite = suite_create("run");
    TCase *tests = tcase_create("run");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_search_without_a_command_line);
    suite_add_tcase(suite, tests);
    return suite;
}
