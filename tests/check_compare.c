/* check_compare.c: the verdicts on small libraries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare/compare.h"
#include "compare/inside.h"
#include "suites.h"

enum { MOST = 4 };

/* References are p600 and q600; the verdict is on p600 and on the first found family. */
static const struct {
    const char *what;
    const char *found[MOST];       /* recipes */
    rp_match_class match;
    size_t n_redundant, n_chimeras, n_unmatched;
    double known;                  /* share of the first found family */
} CASES[] = {{"the same", {"p600"}, RP_MATCH_PERFECT, 0, 0, 0, 1},
             {"the other strand", {"~p600"}, RP_MATCH_PERFECT, 0, 0, 0, 1},
             {"with sequence beyond its ends", {"x40 p600 y40"}, RP_MATCH_GOOD, 0, 0, 0, 600.0 / 680},
             {"nearly all of it", {"p560"}, RP_MATCH_PRESENT, 0, 0, 0, 1},
             {"four fifths are not enough", {"p460"}, RP_MATCH_MISSING, 0, 0, 0, 1},
             {"another", {"z600"}, RP_MATCH_MISSING, 0, 0, 1, 0},
             {"twice", {"p600", "p500"}, RP_MATCH_PERFECT, 1, 0, 0, 1},
             {"two in one", {"p600 q600"}, RP_MATCH_GOOD, 0, 1, 0, 1},
             {"a half unknown", {"p300 z310"}, RP_MATCH_MISSING, 0, 0, 1, 300.0 / 610}};

static void read_library(rp_family_file *library, const char *const *recipes, size_t n, rp_genome *records)
{
    char *text = calloc(1, 100000), *at = text;
    for (size_t i = 0; i < n && recipes[i] != NULL; i++) {
        char *letters = test_sequence(recipes[i]);
        at += sprintf(at, ">f%zu#DNA\n%s\n", i + 1, letters);
        free(letters);
    }
    char *path = test_file(text, (size_t)(at - text));
    rp_error error = {""};
    ck_assert_msg(rp_family_file_read(library, path, records, &error), "%s", error.message);
    unlink(path);
    free(path);
    free(text);
}

START_TEST(a_reference_family_is_found_as_far_as_it_is_covered)
{
    static const char *const references[] = {"p600", "q600"};
    rp_family_file found, reference;
    rp_genome records;
    rp_comparison out;
    rp_error error = {""};
    read_library(&found, CASES[_i].found, MOST, NULL);
    read_library(&reference, references, 2, &records);
    const rp_compare_parameters parameters = {.n_threads = 2, .kernel = rp_band_select("auto"), .min_length_bp = 80};
    ck_assert_msg(rp_compare(&found, &reference, &records, &parameters, &out, &error), "%s", error.message);
    ck_assert_msg(out.reference[0].match == CASES[_i].match, "%s: %s", CASES[_i].what,
                  rp_match_class_names[out.reference[0].match]);
    ck_assert_uint_eq(out.n_held, 2);
    ck_assert_uint_eq(out.n_redundant, CASES[_i].n_redundant);
    ck_assert_uint_eq(out.n_chimeras, CASES[_i].n_chimeras);
    ck_assert_uint_eq(out.n_unmatched, CASES[_i].n_unmatched);
    ck_assert_double_eq_tol(out.found[0].known_share, CASES[_i].known, 0.02);
    rp_comparison_clear(&out);
    rp_family_file_clear(&found);
    rp_family_file_clear(&reference);
    rp_genome_clear(&records);
}
END_TEST

/* Too short ones do not count, nor those that the genome does not hold often enough. */
START_TEST(families_that_are_not_there_do_not_count)
{
    static const char *const recipes[] = {"p600", "q60", "r600"};
    rp_family_file found, reference;
    rp_genome records, genome;
    rp_comparison out;
    rp_error error = {""};
    read_library(&found, recipes, 1, NULL);
    read_library(&reference, recipes, 3, &records);
    char *letters = test_sequence("s300 p600 t300 p600 u300 p600 v300 r600 w300"), *text = malloc(10000);
    sprintf(text, ">g\n%s\n", letters);
    test_genome(&genome, text);
    const rp_compare_parameters parameters = {
        .n_threads = 1, .kernel = rp_band_select("auto"), .min_length_bp = 80, .genome = &genome, .min_copies = 2};
    ck_assert_msg(rp_compare(&found, &reference, &records, &parameters, &out, &error), "%s", error.message);
    ck_assert(out.reference[0].held && !out.reference[1].held && !out.reference[2].held);
    ck_assert_uint_eq(out.n_held, 1);
    ck_assert_uint_eq(out.counts[RP_MATCH_PERFECT], 1);
    ck_assert_uint_eq(out.counts[RP_MATCH_MISSING], 0);
    rp_comparison_clear(&out);
    rp_family_file_clear(&found);
    rp_family_file_clear(&reference);
    rp_genome_clear(&records);
    rp_genome_clear(&genome);
    free(letters);
    free(text);
}
END_TEST

/* --- What lies in others --- */

enum { MOST_SEQUENCES = 5 };

/* Which of the sequences stay, and where the others go; "/n": every n-th base is another one. */
static const struct {
    const char *what;
    const char *recipes[MOST_SEQUENCES];
    size_t into[MOST_SEQUENCES];
} LIBRARIES[] = {
    {"unlike ones", {"p300", "q300"}, {0, 1}},
    {"versions: the first stays", {"p300", "p300 /40", "~p300 /31"}, {0, 0, 0}},
    {"too far apart", {"p300", "p300 /18"}, {0, 1}},
    {"a piece", {"p120", "x200 p300 y200"}, {1, 1}},
    {"a piece on the other strand", {"x200 ~p300 y200", "p300 /30"}, {0, 0}},
    {"most of it is not enough", {"p300 z30", "x200 p300 y200"}, {0, 1}},
    {"a deletion makes another", {"p200 q200", "p200 x300 q200"}, {0, 1}},
    {"something was put in", {"p200 q200", "p200 x40 q200"}, {0, 1}},
    {"short ones", {"p60", "y30 p60 z30"}, {1, 1}},
    {"a chain: what stays holds all that goes", {"p300 /40", "p300", "x200 p300 y200", "p100 /23"}, {2, 2, 2, 2}},
    /* 2 is a version of 1 and not of 0, into which 1 goes */
    {"a chain that goes too far", {"p400 x20 /30", "p400 x20", "p400 x20 /31"}, {0, 0, 2}},
    {"repeats within", {"p300 p300", "p300"}, {0, 0}},
    {"low complexity is no likeness", {"AC*100", "p100 AC*100 q100", "AAAT*40"}, {0, 1, 2}}};

static void make_sequence(rp_codes *codes, const char *recipe)
{
    char *plain = strdup(recipe), *slash = strchr(plain, '/');
    const size_t every = slash != NULL ? (size_t)atoi(slash + 1) : 0;
    if (slash != NULL)
        *slash = '\0';
    char *letters = test_sequence(plain);
    test_codes(codes, letters);
    for (size_t i = every; every > 0 && i < codes->n; i += every)
        codes->items[i] = (uint8_t)((codes->items[i] + 1) % 4);
    free(letters);
    free(plain);
}

START_TEST(no_sequence_that_stays_lies_in_another)
{
    rp_codes codes[MOST_SEQUENCES] = {{0}};
    const rp_codes *sequences[MOST_SEQUENCES];
    size_t n = 0;
    for (; n < MOST_SEQUENCES && LIBRARIES[_i].recipes[n] != NULL; n++) {
        make_sequence(&codes[n], LIBRARIES[_i].recipes[n]);
        sequences[n] = &codes[n];
    }
    rp_insides found[2] = {{0}};
    for (unsigned i = 0; i < 2; i++) {
        const rp_inside_parameters parameters = {
            .n_threads = 1 + 2 * i, .word_bases = 12, .held_percent = 95, .same_percent = 95};
        rp_error error = {""};
        size_t into[MOST_SEQUENCES];
        ck_assert_msg(rp_inside_find(sequences, n, &parameters, &found[i], &error), "%s", error.message);
        ck_assert(rp_inside_choose(sequences, n, &found[i], into));
        for (size_t s = 0; s < n; s++)
            ck_assert_msg(into[s] == LIBRARIES[_i].into[s], "%s: %zu goes to %zu", LIBRARIES[_i].what, s, into[s]);
    }
    ck_assert_uint_eq(found[0].n, found[1].n);
    for (unsigned i = 0; i < 2; i++)
        free(found[i].items);
    for (size_t s = 0; s < n; s++)
        free(codes[s].items);
}
END_TEST

/* Distant relatives are found too, where they are asked for, and the places are told. */
START_TEST(a_distant_version_lies_where_it_is_told)
{
    static const char *const recipes[] = {"x210 ~p300 y90", "p300 /11"};
    rp_codes codes[2] = {{0}};
    const rp_codes *sequences[2];
    for (size_t s = 0; s < 2; s++) {
        make_sequence(&codes[s], recipes[s]);
        sequences[s] = &codes[s];
    }
    const rp_inside_parameters parameters = {.n_threads = 1, .word_bases = 10, .held_percent = 90, .same_percent = 80};
    rp_insides found = {0};
    rp_error error = {""};
    ck_assert_msg(rp_inside_find(sequences, 2, &parameters, &found, &error), "%s", error.message);
    ck_assert_uint_eq(found.n, 1);
    ck_assert(found.items[0].inner == 1 && found.items[0].outer == 0 && found.items[0].reverse);
    ck_assert_uint_eq(found.items[0].begin, 90);
    ck_assert_uint_eq(found.items[0].end, 390);
    free(found.items);
    for (size_t s = 0; s < 2; s++)
        free(codes[s].items);
}
END_TEST

Suite *suite_compare(void)
{
    Suite *suite = suite_create("compare");
    TCase *tests = tcase_create("compare");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_reference_family_is_found_as_far_as_it_is_covered, 0,
                        (int)(sizeof CASES / sizeof CASES[0]));
    tcase_add_test(tests, families_that_are_not_there_do_not_count);
    tcase_add_loop_test(tests, no_sequence_that_stays_lies_in_another, 0,
                        (int)(sizeof LIBRARIES / sizeof LIBRARIES[0]));
    tcase_add_test(tests, a_distant_version_lies_where_it_is_told);
    suite_add_tcase(suite, tests);
    return suite;
}
