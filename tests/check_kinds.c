/* check_kinds.c: what copies are, told from parts that are made by hand. */
#include <stdlib.h>
#include <string.h>

#include "classify/kinds.h"
#include "classify/ltr_pairs.h"
#include "classify/places.h"
#include "suites.h"

enum { MAX_PARTS = 8, FAMILY_BP = 2000, LTR_BP = 300 };

/* A part of a copy: genome interval, consensus interval, number of the copy. */
typedef struct made_part {
    uint64_t begin, end;
    uint32_t from, to, copy;
    uint32_t mismatches;
} made_part;

/* Findings of one LTR element of 2,000 bases with LTRs of 300, and of parts that are free of gaps. */
static void make_findings(rp_findings *findings, rp_genome *genome, rp_codes *consensus, const made_part *made,
                          const char *class_name)
{
    rp_random random = {5};
    char *letters = test_random_letters(&random, FAMILY_BP), *text = calloc(1, 60000);
    char *around = test_random_letters(&random, 50000);
    rp_error error = {""};
    rp_parts parts = {0};
    strcpy(text, ">x\n");
    strcat(strcat(text, around), "\n");
    test_genome(genome, text);
    *consensus = (rp_codes){0};
    test_codes(consensus, letters);
    for (size_t i = 0; i < MAX_PARTS && made[i].end > 0; i++) {
        const uint32_t held = made[i].to - made[i].from;
        const rp_part part = {.begin = made[i].begin,
                              .end = made[i].end,
                              .consensus_begin = made[i].from,
                              .consensus_end = made[i].to,
                              .copy = made[i].copy,
                              .counts = {held - made[i].mismatches, made[i].mismatches, 0, 0}};
        ck_assert(rp_parts_push(&parts, &part, &error));
    }
    const rp_codes *families[] = {consensus};
    ck_assert(rp_findings_init(findings, genome, families, 1, 'R', &parts));
    findings->families[0].traits =
        (rp_traits){.n_copies = 1, .ltr_bp = LTR_BP, .ltr_right_begin = FAMILY_BP - LTR_BP, .ltr_right_end = FAMILY_BP};
    free(findings->families[0].class_name);
    findings->families[0].class_name = strdup(class_name);
    free(letters);
    free(text);
    free(around);
}

static void clear_findings(rp_findings *findings, rp_genome *genome, rp_codes *consensus)
{
    rp_findings_clear(findings);
    rp_genome_clear(genome);
    free(consensus->items);
}

static const struct {
    const char *what, *class_name;
    made_part parts[MAX_PARTS];
    rp_copy_kind kind; /* of the first copy */
} KINDS[] = {
    {"whole", "LTR/Gypsy", {{100, 2100, 0, 2000, 0, 20}}, RP_COPY_FULL},
    {"some bases lost at both ends", "LTR/Gypsy", {{100, 2088, 7, 1995, 0, 20}}, RP_COPY_FULL},
    {"too many for a young copy", "LTR/Gypsy", {{100, 2060, 40, 2000, 0, 20}}, RP_COPY_TRUNCATED_5},
    {"not for a worn one", "LTR/Gypsy", {{100, 2060, 40, 2000, 0, 600}}, RP_COPY_FULL},
    {"in two parts", "LTR/Gypsy", {{100, 1100, 0, 1000, 0, 10}, {5000, 6000, 1000, 2000, 0, 10}}, RP_COPY_FULL},
    {"the middle is missing", "LTR/Gypsy", {{100, 600, 0, 500, 0, 5}, {620, 1120, 1500, 2000, 0, 5}}, RP_COPY_DELETED},
    {"cut on the left", "LTR/Gypsy", {{100, 1100, 1000, 2000, 0, 10}}, RP_COPY_TRUNCATED_5},
    {"cut on the right", "LTR/Gypsy", {{100, 1100, 0, 1000, 0, 10}}, RP_COPY_TRUNCATED_3},
    {"a piece", "LTR/Gypsy", {{100, 600, 700, 1200, 0, 10}}, RP_COPY_TRUNCATED_BOTH},
    {"the left LTR alone", "LTR/Gypsy", {{100, 400, 0, 300, 0, 3}}, RP_COPY_SOLO},
    {"the right LTR alone", "LTR/Gypsy", {{100, 400, 1700, 2000, 0, 3}}, RP_COPY_SOLO},
    {"an LTR, and a base of chance", "LTR/Gypsy", {{100, 403, 0, 303, 0, 3}}, RP_COPY_SOLO},
    {"an LTR with more behind it", "LTR/Gypsy", {{100, 500, 0, 400, 0, 3}}, RP_COPY_TRUNCATED_3},
    {"a piece of an LTR", "LTR/Gypsy", {{100, 300, 0, 200, 0, 3}}, RP_COPY_TRUNCATED_3},
    {"no LTR: of another class", "DNA/TIR", {{100, 400, 0, 300, 0, 3}}, RP_COPY_TRUNCATED_3},
};

START_TEST(a_copy_is_of_a_kind)
{
    rp_findings findings;
    rp_genome genome;
    rp_codes consensus;
    rp_error error = {""};
    make_findings(&findings, &genome, &consensus, KINDS[_i].parts, KINDS[_i].class_name);
    ck_assert(rp_kinds_find(&findings, 1, &error));
    ck_assert_msg(findings.copies.items[0].kind == KINDS[_i].kind, "%s: %s", KINDS[_i].what,
                  rp_copy_kind_name[findings.copies.items[0].kind]);
    ck_assert_uint_eq(findings.families[0].n_of_kind[KINDS[_i].kind], 1);
    clear_findings(&findings, &genome, &consensus);
}
END_TEST

START_TEST(copies_that_end_before_the_consensus_have_its_end)
{
    /* it stands 30 bases too far out: so do all copies say but one, which was cut */
    static const made_part parts[MAX_PARTS] = {{100, 2070, 30, 2000, 0, 10},
                                               {3000, 4970, 30, 2000, 1, 10},
                                               {6000, 7970, 30, 2000, 2, 10},
                                               {9000, 10970, 30, 2000, 3, 10},
                                               {12000, 13900, 100, 2000, 4, 10}};
    rp_findings findings;
    rp_genome genome;
    rp_codes consensus;
    rp_error error = {""};
    make_findings(&findings, &genome, &consensus, parts, "LTR/Gypsy");
    ck_assert(rp_kinds_find(&findings, 1, &error));
    ck_assert_uint_eq(findings.families[0].n_of_kind[RP_COPY_FULL], 4);
    ck_assert_uint_eq(findings.families[0].n_of_kind[RP_COPY_TRUNCATED_5], 1);
    clear_findings(&findings, &genome, &consensus);
}
END_TEST

START_TEST(ends_have_slack_by_wear_and_by_how_often_copies_are_cut)
{
    const rp_row_counts young = {990, 10, 0, 0}, old = {800, 200, 0, 0}, gaps = {800, 100, 50, 50};
    const rp_end_model rarely = {.cut_share = {0.05, 0.5}, .length = 1000},
                       often = {.cut_share = {0.9, 0.9}, .length = 1000};
    ck_assert(rp_end_rate(&young) > rp_end_rate(&old));
    ck_assert_double_eq_tol(rp_end_rate(&old), rp_end_rate(&gaps), 1e-9);
    ck_assert(rp_end_slack(&rarely, false, rp_end_rate(&young)) < rp_end_slack(&rarely, false, rp_end_rate(&old)));
    ck_assert(rp_end_slack(&often, false, rp_end_rate(&old)) < rp_end_slack(&rarely, false, rp_end_rate(&old)));
    ck_assert(rp_end_slack(&rarely, true, rp_end_rate(&old)) < rp_end_slack(&rarely, false, rp_end_rate(&old)));
    const rp_end_model short_one = {.cut_share = {0.05, 0.05}, .length = 80};
    const rp_row_counts very_old = {60, 40, 0, 0}, none = {0};
    ck_assert_double_eq_tol(rp_end_slack(&short_one, false, rp_end_rate(&very_old)), 16, 1e-9);
    ck_assert(rp_end_rate(&none) > 0); /* and a number */
}
END_TEST

START_TEST(copies_lie_in_the_gaps_of_others)
{
    /* 0 has three parts; 1 lies in its first gap and has 2 within; 3 crosses a part of 0 and is in nothing */
    static const made_part parts[MAX_PARTS] = {
        {100, 200, 0, 100, 0},    {300, 400, 0, 100, 1},   {500, 600, 0, 100, 2},     {700, 800, 100, 200, 1},
        {900, 1000, 100, 200, 0}, {1100, 1200, 0, 100, 3}, {1300, 1400, 200, 300, 0}, {1500, 1600, 100, 200, 3}};
    static const struct {
        uint32_t host, level;
    } expected[] = {{RP_NO_HOST, 0}, {0, 1}, {1, 2}, {RP_NO_HOST, 0}};
    rp_findings findings;
    rp_genome genome;
    rp_codes consensus;
    rp_error error = {""};
    make_findings(&findings, &genome, &consensus, parts, "LINE");
    ck_assert(rp_called_copies_gather(&findings.copies, &findings.parts, &error));
    ck_assert_uint_eq(findings.copies.n, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_msg(findings.copies.items[i].host == expected[i].host, "host of %zu", i);
        ck_assert_msg(findings.copies.items[i].level == expected[i].level, "level of %zu", i);
    }
    ck_assert_uint_eq(findings.copies.items[0].n_parts, 3);
    ck_assert_uint_eq(findings.copies.items[0].end, 1400);
    clear_findings(&findings, &genome, &consensus);
}
END_TEST

START_TEST(two_sequences_have_a_distance)
{
    static const struct {
        const char *left, *right;
        double identity, distance;
    } pairs[] = {{"ACGTACGTACGTACGTACGT", "ACGTACGTACGTACGTACGT", 1, 0},
                 {"ACGTACGTACGTACGTACGT", "GCGTACGTACGTACGTACGT", 0.95, 0.0527},   /* a transition */
                 {"ACGTACGTACGTACGTACGT", "ACGTACGTACGTACGTACGA", 0.95, 0.0520},   /* a transversion */
                 {"ACGTACGTACGTTACGTACGT", "ACGTACGTACGTACGTACGT", 1, 0},          /* a gap counts for nothing */
                 {"ACGTNACGTACGTACGTACGT", "ACGTCACGTACGTACGTACGT", 1, 0},         /* nor does N */
                 {"AAAAAAAAAAAAAAAAAAAA", "GGGGGGGGGGGGGGGGGGGG", 0, -1}};
    rp_ltr_scratch scratch = {0};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        rp_codes left = {0}, right = {0};
        rp_pair_distance told;
        test_codes(&left, pairs[i].left);
        test_codes(&right, pairs[i].right);
        ck_assert(rp_pair_distance_of(&scratch, &left, &right, &told));
        ck_assert_double_eq_tol(told.identity, pairs[i].identity, 1e-9);
        ck_assert_double_eq_tol(told.distance, pairs[i].distance, 1e-4);
        free(left.items);
        free(right.items);
    }
    rp_ltr_scratch_clear(&scratch);
}
END_TEST

START_TEST(a_duplication_is_trusted_by_its_length_and_its_family)
{
    ck_assert_double_gt(rp_tsd_trust(0.8, 0.25, 1, 5), 0.99);
    ck_assert_double_lt(rp_tsd_trust(0.3, 0.25, 1, 2), 0.9);
    ck_assert_double_gt(rp_tsd_trust(0.9, 0.25, 1, 2), 0.95);
    ck_assert_double_gt(rp_tsd_trust(0.3, 0.25, 147, 8), rp_tsd_trust(0.3, 0.4, 147, 8)); /* less in AT-rich sequence */
    ck_assert_double_gt(rp_tsd_trust(0.3, 0.25, 147, 9), rp_tsd_trust(0.3, 0.25, 147, 8));
}
END_TEST

START_TEST(nothing_has_no_copies)
{
    rp_findings findings;
    rp_genome genome;
    rp_error error = {""};
    rp_parts parts = {0};
    test_genome(&genome, ">x\nACGT\n");
    ck_assert(rp_findings_init(&findings, &genome, NULL, 0, 'R', &parts));
    ck_assert(rp_kinds_find(&findings, 2, &error));
    ck_assert_uint_eq(findings.copies.n, 0);
    rp_findings_clear(&findings);
    rp_genome_clear(&genome);
}
END_TEST

Suite *suite_kinds(void)
{
    Suite *suite = suite_create("kinds");
    TCase *tests = tcase_create("kinds");
    tcase_add_loop_test(tests, a_copy_is_of_a_kind, 0, (int)(sizeof KINDS / sizeof KINDS[0]));
    tcase_add_test(tests, copies_that_end_before_the_consensus_have_its_end);
    tcase_add_test(tests, ends_have_slack_by_wear_and_by_how_often_copies_are_cut);
    tcase_add_test(tests, copies_lie_in_the_gaps_of_others);
    tcase_add_test(tests, two_sequences_have_a_distance);
    tcase_add_test(tests, a_duplication_is_trusted_by_its_length_and_its_family);
    tcase_add_test(tests, nothing_has_no_copies);
    suite_add_tcase(suite, tests);
    return suite;
}
