/* check_copies.c: copies of known consensus sequences: places, strands, parts, divergence. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copies/annotate.h"
#include "suites.h"

static void set_codes(rp_codes *codes, const char *letters)
{
    codes->n = 0;
    for (const char *c = letters; *c != '\0'; c++)
        ck_assert(rp_codes_push(codes, (uint8_t)(strchr("ACGT", *c) - "ACGT")));
}

static char *turned(const char *letters)
{
    const size_t n = strlen(letters);
    char *out = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = "TGCA"[strchr("ACGT", letters[n - 1 - i]) - "ACGT"];
    out[n] = '\0';
    return out;
}

static void annotate(const rp_genome *genome, const rp_codes *const *families, size_t n, unsigned threads, uint32_t min_copies,
                     rp_parts *parts)
{
    const rp_view view = {.genome = genome};
    const rp_annotate_parameters parameters = {.n_threads = threads, .kernel = rp_band_select("auto"),
                                               .expected_by_chance = 0.01, .min_copies = min_copies};
    rp_error error = {""};
    ck_assert_msg(rp_annotate(&view, families, n, &parameters, parts, &error), "%s", error.message);
}

START_TEST(finds_copies_on_both_strands_and_nested_ones)
{
    rp_random random = {41};
    char *a = test_random_letters(&random, 600), *b = test_random_letters(&random, 300);
    char *back = turned(a), *spacer = test_random_letters(&random, 1000);
    char *text = malloc(20000);
    /* a, then a reversed, then a with b in its middle, then two more b */
    sprintf(text, ">x\n%s%s%s%s%s%.250s%s%s%s%s%s%s%s\n", spacer, a, spacer, back, spacer, a, b, a + 250, spacer, b, spacer, b,
            spacer);
    rp_genome genome;
    test_genome(&genome, text);
    rp_codes codes[2] = {{0}};
    set_codes(&codes[0], a);
    set_codes(&codes[1], b);
    const rp_codes *families[] = {&codes[0], &codes[1]};
    static const struct { uint64_t begin, end; uint32_t family, from, to; bool reverse; } expected[] = {
        {1000, 1600, 0, 0, 600, false},  {2600, 3200, 0, 0, 600, true},    {4200, 4450, 0, 0, 250, false},
        {4450, 4750, 1, 0, 300, false},  {4750, 5100, 0, 250, 600, false}, {6100, 6400, 1, 0, 300, false},
        {7400, 7700, 1, 0, 300, false}};
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        rp_parts parts = {0};
        annotate(&genome, families, 2, threads, 3, &parts);
        ck_assert_uint_eq(parts.n, 7);
        for (size_t i = 0; i < 7; i++) {
            const rp_part *part = &parts.items[i];
            ck_assert_uint_eq(part->family, expected[i].family);
            ck_assert_uint_eq(part->reverse, expected[i].reverse);
            /* a few bases at a junction may go either way by chance */
            ck_assert_uint_le((uint64_t)llabs((long long)part->begin - (long long)expected[i].begin), 4);
            ck_assert_uint_le((uint64_t)llabs((long long)part->end - (long long)expected[i].end), 4);
            ck_assert_uint_le((uint64_t)llabs((long long)part->consensus_begin - (long long)expected[i].from), 4);
            ck_assert_uint_le((uint64_t)llabs((long long)part->consensus_end - (long long)expected[i].to), 4);
            ck_assert(part->divergence < 2);
        }
        ck_assert_uint_eq(parts.items[2].copy, parts.items[4].copy); /* two parts of one copy */
        ck_assert_uint_ne(parts.items[2].copy, parts.items[3].copy);
        free(parts.items);
        /* a has three copies, b three: with a minimum of four there is nothing left */
        rp_parts none = {0};
        annotate(&genome, families, 2, threads, 4, &none);
        ck_assert_uint_eq(none.n, 0);
        free(none.items);
    }
    free(codes[0].items);
    free(codes[1].items);
    free(a);
    free(b);
    free(back);
    free(spacer);
    free(text);
    rp_genome_clear(&genome);
}
END_TEST

START_TEST(divergence_is_kimuras)
{
    /* 100 columns without CpG: 10 transitions, 5 transversions */
    uint8_t consensus[100], cells[100];
    for (int i = 0; i < 100; i++)
        consensus[i] = cells[i] = (uint8_t)(i % 2 == 0 ? 0 : 3);
    for (int i = 0; i < 20; i += 2)
        cells[i] = 2; /* A to G */
    for (int i = 50; i < 60; i += 2)
        cells[i] = 1; /* A to C */
    rp_row row = {.begin = 0, .end = 100, .cells = {cells, 100, 100}};
    const double p = 0.10, q = 0.05, expected = 100 * -0.5 * log((1 - 2 * p - q) * sqrt(1 - 2 * q));
    ck_assert_double_eq_tol(rp_row_divergence(&row, consensus, 0, 100), expected, 1e-9);
    /* a CpG whose C became T counts a tenth; CG to TA counts one */
    for (int i = 0; i < 100; i++)
        cells[i] = consensus[i];
    consensus[10] = cells[10] = 1;
    consensus[11] = cells[11] = 2;
    cells[10] = 3;
    const double tenth = 100 * -0.5 * log(1 - 2 * 0.001);
    ck_assert_double_eq_tol(rp_row_divergence(&row, consensus, 0, 100), tenth, 1e-9);
    cells[11] = 0;
    ck_assert_double_eq_tol(rp_row_divergence(&row, consensus, 0, 100), 100 * -0.5 * log(1 - 2 * 0.01), 1e-9);
}
END_TEST

START_TEST(random_sequence_has_no_copies)
{
    rp_random random = {43};
    char *letters = test_random_letters(&random, 400000), *consensus = test_random_letters(&random, 5000);
    char *text = malloc(400010);
    sprintf(text, ">x\n%s\n", letters);
    rp_genome genome;
    test_genome(&genome, text);
    rp_codes codes = {0};
    set_codes(&codes, consensus);
    const rp_codes *families[] = {&codes};
    rp_parts parts = {0};
    annotate(&genome, families, 1, 2, 1, &parts);
    ck_assert_uint_eq(parts.n, 0);
    free(parts.items);
    free(codes.items);
    free(letters);
    free(consensus);
    free(text);
    rp_genome_clear(&genome);
}
END_TEST

Suite *suite_copies(void)
{
    Suite *suite = suite_create("copies");
    TCase *tests = tcase_create("copies");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, finds_copies_on_both_strands_and_nested_ones);
    tcase_add_test(tests, divergence_is_kimuras);
    tcase_add_test(tests, random_sequence_has_no_copies);
    suite_add_tcase(suite, tests);
    return suite;
}
