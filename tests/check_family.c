/* check_family.c: the ends of a consensus are put where its copies stop to agree, and chimeras are cut. */
#include <stdlib.h>
#include <string.h>

#include "family/ends.h"
#include "library/chimera.h"
#include "suites.h"

enum { N_COPIES = 12, ELEMENT_BP = 400, SPACER_BP = 300 };

/* A genome with copies of an element, every second one reversed; `text` begins after the header. */
static char *write_copies(rp_random *random, const char *element)
{
    char *text = calloc(1, 4 + N_COPIES * (ELEMENT_BP + SPACER_BP) + SPACER_BP + 2);
    strcpy(text, ">a\n");
    for (int i = 0; i <= N_COPIES; i++) {
        char *spacer = test_random_letters(random, SPACER_BP);
        strcat(text, spacer);
        free(spacer);
        char copy[ELEMENT_BP + 1] = "";
        for (int j = 0; j < ELEMENT_BP; j++) {
            char base = element[i % 2 == 0 ? j : ELEMENT_BP - 1 - j];
            if (rp_random_below(random, 20) == 0)
                base = "ACGT"[rp_random_below(random, 4)];
            copy[j] = i % 2 == 0 ? base : "TGCA"[strchr("ACGT", base) - "ACGT"];
        }
        if (i < N_COPIES)
            strcat(text, copy);
    }
    return strcat(text, "\n");
}

/* The consensus is that of the element, but for `left` and `right` bases too many (or, negative, too few). */
static void expect_true_ends(int left, int right)
{
    rp_random random = {(uint64_t)(71 + left * 100 + right)};
    char *element = test_random_letters(&random, ELEMENT_BP), *text = write_copies(&random, element);
    rp_genome genome;
    test_genome(&genome, text);
    rp_codes consensus = {0};
    for (int i = -left; i < ELEMENT_BP + right; i++)
        ck_assert(rp_codes_push(&consensus, i >= 0 && i < ELEMENT_BP ? (uint8_t)(strchr("ACGT", element[i]) - "ACGT")
                                                                     : (uint8_t)rp_random_below(&random, 4)));
    rp_copies copies = {0};
    for (int i = 0; i < N_COPIES; i++) { /* alignments that stop at the ends of both */
        const bool reverse = i % 2 == 1;
        const int from = left < 0 ? -left : 0, to = ELEMENT_BP + (right < 0 ? right : 0); /* on the element */
        const uint64_t begin = (uint64_t)(SPACER_BP + i * (ELEMENT_BP + SPACER_BP));
        const uint64_t first = begin + (uint64_t)(reverse ? ELEMENT_BP - to : from), last = begin + (uint64_t)(reverse ? ELEMENT_BP - from : to);
        ck_assert(rp_copies_push(&copies, (rp_copy){.begin = first, .end = last, .consensus_begin = (uint32_t)(from + left),
                                                    .consensus_end = (uint32_t)(to + left), .reverse = reverse}));
    }
    const rp_view view = {.genome = &genome};
    ck_assert(rp_set_ends(&view, &consensus, &copies));
    ck_assert_uint_eq(consensus.n, ELEMENT_BP);
    for (int i = 0; i < ELEMENT_BP; i++)
        ck_assert_int_eq("ACGT"[consensus.items[i]], element[i]);
    free(copies.items);
    free(consensus.items);
    rp_genome_clear(&genome);
    free(element);
    free(text);
}

START_TEST(ends_are_put_where_copies_stop_to_agree)
{
    expect_true_ends(0, 0);
    expect_true_ends(15, 0);
    expect_true_ends(0, 22);
    expect_true_ends(9, 30);
    expect_true_ends(-8, 0);
    expect_true_ends(0, -10);
    expect_true_ends(-6, 17);
}
END_TEST

static void add_copies(rp_copies *copies, unsigned n, uint32_t begin, uint32_t end, uint64_t *at)
{
    for (unsigned i = 0; i < n; i++, *at += 5000)
        ck_assert(rp_copies_push(copies, (rp_copy){.begin = *at, .end = *at + end - begin, .consensus_begin = begin + i % 7,
                                                   .consensus_end = end - i % 5}));
}

/* Copies of 0-900 and 900-2000 (or, without a chimera, of other stretches) and some of the whole. */
static uint32_t find_cut(unsigned n_first, unsigned n_second, unsigned n_whole, uint32_t second_begin)
{
    rp_family family = {0};
    uint64_t at = 0;
    uint32_t cut;
    for (int i = 0; i < 2000; i++)
        ck_assert(rp_codes_push(&family.consensus, (uint8_t)(i % 4)));
    add_copies(&family.copies, n_first, 0, 900, &at);
    add_copies(&family.copies, n_second, second_begin, 2000, &at);
    add_copies(&family.copies, n_whole, 0, 2000, &at);
    ck_assert(rp_chimera_find(&family, &cut));
    rp_family_clear(&family);
    return cut;
}

START_TEST(chimeras_are_cut_where_copies_end_and_others_begin)
{
    const uint32_t cut = find_cut(12, 9, 3, 900);
    ck_assert_uint_ge(cut, 890);
    ck_assert_uint_le(cut, 910);
    ck_assert_uint_eq(find_cut(12, 9, 30, 900), 0);   /* most go across */
    ck_assert_uint_eq(find_cut(12, 0, 3, 900), 0);    /* truncated copies only */
    ck_assert_uint_eq(find_cut(12, 9, 3, 1300), 0);   /* a deletion derivative, or an LTR element's parts */
    ck_assert_uint_eq(find_cut(0, 0, 20, 900), 0);
}
END_TEST

Suite *suite_family(void)
{
    Suite *suite = suite_create("family");
    TCase *tests = tcase_create("family");
    tcase_add_test(tests, ends_are_put_where_copies_stop_to_agree);
    tcase_add_test(tests, chimeras_are_cut_where_copies_end_and_others_begin);
    suite_add_tcase(suite, tests);
    return suite;
}
