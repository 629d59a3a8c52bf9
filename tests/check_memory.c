/* check_memory.c: every allocation of a small run failed in turn: a clean error, no crash, no hang. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copies/annotate.h"
#include "discover/discover.h"
#include "genome/reader.h"
#include "genome/tandem.h"
#include "library/join.h"
#include "suites.h"

/* The run up to the copies; false with a message when it failed. */
static bool run_all(const char *path, unsigned threads, rp_error *error)
{
    const char *paths[] = {path};
    rp_genome genome = {0};
    rp_bitmask tandem = {0};
    rp_cover cover = {0};
    rp_library library = {0};
    rp_parts parts = {0};
    rp_kmer_index *index = NULL;
    const rp_band_kernel *kernel = rp_band_select("auto");
    const rp_kmer_index_parameters index_parameters = {.k = 10, .min_frequency = 2, .memory_bytes = 1 << 16, .n_threads = threads};
    const rp_discover_parameters parameters = {.n_threads = threads, .channel_capacity = 100, .backpressure = 0.8,
                                               .extension_length_bp = 100, .kernel = kernel,
                                               .seed_limits = {.min_frequency = 3, .max_frequency = UINT32_MAX}};
    const rp_annotate_parameters annotate = {.n_threads = threads, .kernel = kernel, .expected_by_chance = 0.01, .min_copies = 3};
    const rp_join_parameters join = {.n_threads = threads, .kernel = kernel};
    rp_discover_figures found;
    rp_join_figures joined;
    bool ok = rp_genome_read(&genome, paths, 1, false, error) && rp_tandem_mask(&tandem, &genome, threads, error);
    if (ok)
        ok = rp_cover_init(&cover, genome.length_bp) || rp_error_memory(error, "cover");
    const rp_view view = {.genome = &genome, .covered = &cover.covered, .excluded = &tandem}, all = {.genome = &genome};
    ok = ok && (index = rp_kmer_index_create(&genome, &tandem, &index_parameters, error)) != NULL &&
         rp_discover(&view, index, &cover, &parameters, &library, &found, error) &&
         rp_join_families(&view, index, &cover, &join, &library, &joined, error);
    const rp_codes *consensus[64];
    size_t n = 0;
    for (size_t i = 0; i < library.n && n < 64; i++)
        if (library.items[i].consensus.n > 0)
            consensus[n++] = &library.items[i].consensus;
    ok = ok && rp_annotate(&all, consensus, n, &annotate, &parts, error);
    if (ok && parts.n < 3)
        ok = rp_error_set(error, "only %zu parts", parts.n);
    free(parts.items);
    rp_library_clear(&library);
    rp_cover_clear(&cover);
    rp_kmer_index_destroy(index);
    rp_bitmask_clear(&tandem);
    rp_genome_clear(&genome);
    return ok;
}

START_TEST(every_allocation_may_fail)
{
    const unsigned threads = (unsigned)_i + 1;
    rp_random random = {51};
    char *text = calloc(1, 40000), *element = test_random_letters(&random, 300), *tail = test_random_letters(&random, 700);
    strcpy(text, ">a\n");
    for (int i = 0; i < 5; i++) {
        char *spacer = test_random_letters(&random, 1600);
        strcat(strcat(strcat(text, spacer), element), "\n");
        strncat(text, tail, 100 + 120 * (size_t)i);
        free(spacer);
    }
    char *path = test_file(text, strlen(text));
    rp_error error = {""};
    test_fail_allocation(0);
    ck_assert_msg(run_all(path, threads, &error), "%s", error.message);
    const long total = test_allocations();
    ck_assert_int_ge(total, 50);
    long failed = 0;
    for (long n = 1; n <= total; n++) {
        error.message[0] = '\0';
        test_fail_allocation(n);
        const bool ok = run_all(path, threads, &error);
        test_fail_allocation(0); /* what follows may allocate */
        if (!ok) { /* some are not needed: a thread less, say */
            failed++;
            ck_assert_msg(strstr(error.message, "memory") != NULL || strstr(error.message, "lock") != NULL, "%ld: '%s'", n,
                          error.message);
        }
    }
    ck_assert_int_ge(failed, total / 2);
    unlink(path);
    free(path);
    free(text);
    free(element);
    free(tail);
}
END_TEST

Suite *suite_memory(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_set_timeout(tests, 600);
    tcase_add_loop_test(tests, every_allocation_may_fail, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
