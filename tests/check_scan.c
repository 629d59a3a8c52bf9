/* check_scan.c: which word hits the scan of a library looks at. */
#include <stdio.h>
#include <stdlib.h>

#include "copies/scan.h"
#include "suites.h"

/* Alignments of a consensus with a genome. */
static size_t count_found(const rp_genome *genome, const rp_codes *consensus, const rp_scan_parameters *parameters)
{
    const rp_view view = {.genome = genome};
    rp_word_table table;
    rp_scan_scratch scratch = {0};
    rp_alignment_store found = {0};
    rp_error error = {""};
    ck_assert_msg(rp_word_table_init(&table, &consensus, 1, 10, genome->length_bp, 1000, 1, &error), "%s",
                  error.message);
    ck_assert_msg(rp_scan(&view, &table, parameters, &scratch, &found, &error), "%s", error.message);
    const size_t n_found = found.n;
    rp_alignment_store_clear(&found);
    rp_scan_scratch_clear(&scratch);
    rp_word_table_clear(&table);
    return n_found;
}

/* What hits must come to, alone and in pairs. */
START_TEST(a_hit_counts_by_what_is_beside_it)
{
    static const struct {
        int min_gain, pair_evidence;
        unsigned min_flank;
        uint32_t pair_bp;
        bool finds;
    } CASES[] = {{6, 0, 0, 0, true},        {1000, 0, 0, 0, false},      {1000, 0, 0, 200, true},
                 {1000, 0, 17, 200, false}, {1000, 1000, 0, 200, false}, {6, 1000, 5, 200, true}};
    rp_genome genome;
    rp_codes consensus = {0};
    char *copy = test_sequence("c400"), *text = test_sequence("a500 c400 b500"), *fasta = malloc(1500);
    for (int j = 13; j < 400; j += 27)
        text[500 + j] = copy[j] == 'A' ? 'C' : 'A';
    sprintf(fasta, ">x\n%s\n", text);
    test_genome(&genome, fasta);
    test_codes(&consensus, copy);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const rp_scan_parameters parameters = {.n_threads = 1,
                                               .kernel = rp_band_select("auto"),
                                               .min_score = 60,
                                               .min_gain = CASES[i].min_gain,
                                               .min_flank = CASES[i].min_flank,
                                               .pair_bp = CASES[i].pair_bp,
                                               .pair_evidence = CASES[i].pair_evidence};
        ck_assert_msg((count_found(&genome, &consensus, &parameters) > 0) == CASES[i].finds, "case %zu", i);
    }
    free(copy);
    free(text);
    free(fasta);
    free(consensus.items);
    rp_genome_clear(&genome);
}
END_TEST

Suite *suite_scan(void)
{
    Suite *suite = suite_create("scan");
    TCase *tests = tcase_create("scan");
    tcase_add_test(tests, a_hit_counts_by_what_is_beside_it);
    suite_add_tcase(suite, tests);
    return suite;
}
