/* check_merge.c: how one sequence lies in another, by alignments that are given. */
#include "merge/likeness.h"
#include "suites.h"

enum { QUERY_BP = 1000, TARGET_BP = 3000, GAP_BP = 200 };

static rp_pair_hit hit(uint32_t query_begin, uint32_t query_end, uint32_t target_begin, bool reverse)
{
    const uint32_t n = query_end - query_begin;
    return (rp_pair_hit){.reverse = reverse,
                         .query_begin = query_begin,
                         .query_end = query_end,
                         .target_begin = target_begin,
                         .target_end = target_begin + n,
                         .matches = n - n / 10,
                         .mismatches = n / 10};
}

static rp_likeness liken(const rp_pair_hit *hits, size_t n, rp_missing *missing)
{
    rp_likeness_scratch scratch = {0};
    rp_likeness like;
    ck_assert(rp_liken(hits, n, QUERY_BP, TARGET_BP, GAP_BP, &scratch, &like, missing));
    rp_likeness_scratch_clear(&scratch);
    ck_assert_double_eq_tol(rp_likeness_identity(&like), 0.9, 1e-9);
    return like;
}

START_TEST(alignments_in_a_row_are_one_chain)
{
    for (int reverse = 0; reverse < 2; reverse++) {
        const rp_pair_hit forward[] = {hit(0, 400, 500, false), hit(450, 900, 1000, false)};
        const rp_pair_hit backward[] = {hit(0, 400, 2100, true), hit(450, 900, 1550, true)};
        rp_missing missing;
        const rp_likeness like = liken(reverse ? backward : forward, 2, &missing);
        ck_assert_uint_eq(like.covered, 850);
        ck_assert_uint_eq(like.target_covered, 850);
        ck_assert(like.reverse == (reverse == 1) && !like.rotated);
        ck_assert_uint_eq(like.target_begin, reverse ? 1550 : 500);
        ck_assert_uint_eq(like.target_end, reverse ? 2500 : 1450);
        ck_assert_uint_eq(missing.end, missing.begin); /* the query has bases of its own there */
    }
}
END_TEST

START_TEST(overlapping_alignments_count_once)
{
    const rp_pair_hit hits[] = {hit(0, 520, 100, false), hit(480, 1000, 600, false)};
    rp_missing missing;
    const rp_likeness like = liken(hits, 2, &missing);
    ck_assert_uint_eq(like.covered, 1000);
    ck_assert_uint_eq(like.target_covered, 1000 + 20);
}
END_TEST

START_TEST(a_large_deletion_ends_the_chain_and_is_told)
{
    const rp_pair_hit hits[] = {hit(0, 500, 0, false), hit(500, 1000, 2500, false)};
    rp_missing missing;
    const rp_likeness like = liken(hits, 2, &missing);
    ck_assert_uint_eq(like.covered, 500);
    ck_assert(!like.rotated);
    ck_assert_uint_eq(missing.begin, 500);
    ck_assert_uint_eq(missing.end, 2500);
    const rp_pair_hit turned[] = {hit(0, 500, 2400, true), hit(500, 1000, 100, true)};
    ck_assert_uint_eq(liken(turned, 2, &missing).covered, 500);
    ck_assert_uint_eq(missing.begin, 600);
    ck_assert_uint_eq(missing.end, 2400);
}
END_TEST

START_TEST(a_rotation_is_seen_with_its_ltr_once)
{
    const rp_pair_hit hits[] = {hit(0, 600, 2400, false), hit(450, 1000, 0, false)};
    rp_missing missing;
    const rp_likeness like = liken(hits, 2, &missing);
    ck_assert(like.rotated);
    ck_assert_uint_eq(like.covered, 1000);
    const rp_pair_hit apart[] = {hit(0, 300, 2400, false), hit(700, 1000, 0, false)};
    ck_assert(!liken(apart, 2, &missing).rotated); /* too much of the query stands between */
}
END_TEST

Suite *suite_merge(void)
{
    Suite *suite = suite_create("merge");
    TCase *likeness = tcase_create("likeness");
    tcase_add_test(likeness, alignments_in_a_row_are_one_chain);
    tcase_add_test(likeness, overlapping_alignments_count_once);
    tcase_add_test(likeness, a_large_deletion_ends_the_chain_and_is_told);
    tcase_add_test(likeness, a_rotation_is_seen_with_its_ltr_once);
    suite_add_tcase(suite, likeness);
    return suite;
}
