/* check_produce.c: the places of a seed that count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "produce/prescreen.h"
#include "produce/seeds.h"
#include "suites.h"

enum { K = 12, MOST_SEEDS = 400, ROUNDS = 12 };

/* A genome of many short contigs: a few words, again and again at random distances. */
static void make_genome(rp_genome *genome, rp_random *random, unsigned n_contigs, unsigned words_each)
{
    char *words = test_random_letters(random, 10 * (K + 4));
    char *text = calloc(1, (size_t)n_contigs * (words_each * (size_t)(K + 4 + 300) + 16) + 1), *at = text;
    for (unsigned c = 0; c < n_contigs; c++) {
        at += sprintf(at, ">c%u\n", c);
        for (unsigned i = 0; i < words_each; i++) {
            char *spacer = test_random_letters(random, rp_random_below(random, 300));
            at += sprintf(at, "%s%.*s", spacer, K + 4, words + rp_random_below(random, 10) * (K + 4));
            free(spacer);
        }
        at += sprintf(at, "\n");
    }
    test_genome(genome, text);
    free(text);
    free(words);
}

/* A seed that has become too rare, or gone to a lower tier, never comes back, whatever is covered: discovery relies on
 * it. */
START_TEST(covering_places_never_lets_more_count)
{
    rp_random random = {500 + (uint64_t)_i};
    rp_error error = {""};
    rp_genome genome;
    make_genome(&genome, &random, 30, 20);
    const rp_kmer_index_parameters indexed = {.k = K, .min_frequency = 3, .n_threads = 1, .memory_bytes = 1 << 20};
    rp_kmer_index *index = rp_kmer_index_create(&genome, NULL, &indexed, &error);
    ck_assert_ptr_nonnull(index);
    rp_bitmask covered = {0};
    ck_assert(rp_bitmask_init(&covered, genome.length_bp));
    const rp_view view = {.genome = &genome, .covered = &covered};
    const rp_seed_limits limits = {
        .min_frequency = 3, .max_frequency = UINT32_MAX, .tandem_distance_bp = 400, .intra_contig = _i % 2 == 1};
    rp_seeds *seeds = rp_seeds_create(&view, index, &limits, 1, &error);
    rp_place_list *list = rp_place_list_create();
    ck_assert(seeds != NULL && list != NULL);
    const uint32_t n = rp_kmer_index_n_kmers(index) < MOST_SEEDS ? rp_kmer_index_n_kmers(index) : MOST_SEEDS;
    uint32_t last[MOST_SEEDS];
    memset(last, 0xff, sizeof last);
    uint64_t first_sum = 0, sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        sum = 0;
        for (uint32_t id = 0; id < n; id++) {
            rp_batch batch;
            ck_assert_int_ne(rp_seeds_fill(seeds, &view, id, 3, list, &batch), RP_SEED_NO_MEMORY);
            ck_assert_msg(batch.head.frequency <= last[id], "seed %u: %u places after %u", id, batch.head.frequency,
                          last[id]);
            last[id] = batch.head.frequency;
            sum += batch.head.frequency;
            for (uint32_t i = 1; limits.intra_contig && i < batch.head.n_places; i++)
                ck_assert(rp_genome_same_contig(&genome, batch.places[0].position, batch.places[i].position));
        }
        first_sum = round == 0 ? sum : first_sum;
        for (int i = 0; i < 20; i++) {
            const uint64_t begin = rp_random_below(&random, genome.length_bp - 200);
            rp_bitmask_set(&covered, begin, begin + 1 + rp_random_below(&random, 200));
        }
    }
    ck_assert_uint_gt(first_sum, sum);
    rp_place_list_destroy(list);
    rp_seeds_destroy(seeds);
    rp_kmer_index_destroy(index);
    rp_bitmask_clear(&covered);
    rp_genome_clear(&genome);
}
END_TEST

/* Contigs lie one after the other in one coordinate, but what stands in two of them is not near. */
START_TEST(places_of_two_contigs_stand_apart)
{
    static const char word[] = "ACGTTGCATCAGGATC";
    rp_random random = {9};
    char text[4096] = "", *at = text;
    for (int c = 0; c < 6; c++) {
        char *before = test_random_letters(&random, 60), *behind = test_random_letters(&random, 60);
        at += sprintf(at, ">c%d\n%s%s%s\n", c, before, word, behind);
        free(before);
        free(behind);
    }
    rp_error error = {""};
    rp_genome genome;
    test_genome(&genome, text);
    const rp_kmer_index_parameters indexed = {.k = K, .min_frequency = 3, .n_threads = 1, .memory_bytes = 1 << 20};
    rp_kmer_index *index = rp_kmer_index_create(&genome, NULL, &indexed, &error);
    ck_assert_ptr_nonnull(index);
    const rp_view view = {.genome = &genome};
    const rp_seed_limits limits = {.min_frequency = 3, .max_frequency = UINT32_MAX};
    rp_seeds *seeds = rp_seeds_create(&view, index, &limits, 1, &error);
    rp_place_list *list = rp_place_list_create();
    rp_batch batch;
    ck_assert_int_eq(rp_seeds_fill(seeds, &view, 0, 3, list, &batch), RP_SEED_READY);
    ck_assert_uint_eq(batch.head.frequency, 6);
    rp_place_list_destroy(list);
    rp_seeds_destroy(seeds);
    rp_kmer_index_destroy(index);
    rp_genome_clear(&genome);
}
END_TEST

/* Two haplotypes have each place twice: what has only its twin in common with others is no place of a family. */
START_TEST(three_places_must_be_linked)
{
    static const struct {
        unsigned groups[6], n; /* which of some stretches each place is in */
        bool passes;
    } CASES[] = {{{0, 0, 1, 1}, 4, false},
                 {{0, 0, 1, 1, 2, 2}, 6, false},
                 {{0, 0, 1, 2, 0}, 5, true},
                 {{0, 1, 2, 3}, 4, false},
                 {{0, 1, 1, 2, 3, 1}, 6, true}};
    static const char seed[] = "ACGTTGCATCAG";
    rp_random random = {19};
    char *left[4], *right[4], text[4096] = ">x\n", *at = text + 3;
    for (int i = 0; i < 4; i++) {
        left[i] = test_random_letters(&random, 100);
        right[i] = test_random_letters(&random, 100);
    }
    rp_batch batch = {.head = {.n_places = CASES[_i].n}};
    for (unsigned i = 0; i < CASES[_i].n; i++) {
        batch.places[i] = (rp_place){(uint64_t)(at - text - 3) + 100, false};
        at += sprintf(at, "%s%s%s", left[CASES[_i].groups[i]], seed, right[CASES[_i].groups[i]]);
    }
    sprintf(at, "\n");
    rp_genome genome;
    test_genome(&genome, text);
    const rp_view view = {.genome = &genome};
    ck_assert_int_eq(rp_prescreen(&view, &batch, K), CASES[_i].passes);
    rp_genome_clear(&genome);
    for (int i = 0; i < 4; i++) {
        free(left[i]);
        free(right[i]);
    }
}
END_TEST

Suite *suite_produce(void)
{
    Suite *suite = suite_create("produce");
    TCase *tests = tcase_create("produce");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, covering_places_never_lets_more_count, 0, 8);
    tcase_add_test(tests, places_of_two_contigs_stand_apart);
    tcase_add_loop_test(tests, three_places_must_be_linked, 0, 5);
    suite_add_tcase(suite, tests);
    return suite;
}
