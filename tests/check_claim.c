/* check_claim.c: claims are taken whole or not at all, and given back. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "claim/claims.h"
#include "claim/seed_claims.h"
#include "suites.h"

START_TEST(all_or_nothing)
{
    rp_claims claims;
    ck_assert(rp_claims_init(&claims, 100000));
    rp_claim_guard first = {0}, second = {0};
    const rp_interval a[] = {{0, 64}, {4000, 4200}, {99990, 100100}},
                      b[] = {{50000, 60000}, {4199, 4201}, {70000, 70001}}, c[] = {{60000, 60001}};
    ck_assert_int_eq(rp_claims_take(&claims, a, 3, 7, &first), RP_CLAIM_HELD);
    const uint64_t held = rp_claims_count(&claims);
    ck_assert_int_eq(rp_claims_take(&claims, b, 3, 9, &second), RP_CLAIM_TAKEN);
    ck_assert(!second.held);
    ck_assert_uint_eq(second.taken_by, 7);
    ck_assert_uint_eq(rp_claims_count(&claims), held); /* what was taken on the way is given back */
    rp_claims_give_back(&claims, &first);
    rp_claims_give_back(&claims, &first); /* twice is once */
    ck_assert_uint_eq(rp_claims_count(&claims), 0);
    ck_assert_int_eq(rp_claims_take(&claims, b, 3, 9, &second), RP_CLAIM_HELD);
    ck_assert_int_eq(rp_claims_take(&claims, c, 1, 7, &first), RP_CLAIM_TAKEN); /* the same block */
    ck_assert_uint_eq(first.taken_by, 9);
    rp_claims_give_back(&claims, &second);
    ck_assert_uint_eq(rp_claims_count(&claims), 0);
    rp_claim_guard_clear(&first);
    rp_claim_guard_clear(&second);
    rp_claims_clear(&claims);
}
END_TEST

START_TEST(ranges_of_every_length)
{
    rp_claims claims;
    ck_assert(rp_claims_init(&claims, RP_CLAIM_BLOCK_BP * 300));
    rp_claim_guard guard = {0};
    for (uint64_t begin = 60; begin < 70; begin++)
        for (uint64_t end = begin + 1; end < 200; end += 13) {
            const rp_interval blocks = {begin * RP_CLAIM_BLOCK_BP, end * RP_CLAIM_BLOCK_BP};
            ck_assert_int_eq(rp_claims_take(&claims, &blocks, 1, 1, &guard), RP_CLAIM_HELD);
            ck_assert_uint_eq(rp_claims_count(&claims), end - begin);
            rp_claims_give_back(&claims, &guard);
            ck_assert_uint_eq(rp_claims_count(&claims), 0);
        }
    rp_claim_guard_clear(&guard);
    rp_claims_clear(&claims);
}
END_TEST

enum { THREADS = 4, ROUNDS = 20000, LENGTH = 64 * RP_CLAIM_BLOCK_BP };

typedef struct thrash {
    rp_claims claims;
    atomic_int owner[LENGTH / RP_CLAIM_BLOCK_BP]; /* 0: nobody; else the thread that holds the block */
    atomic_int next_thread;
} thrash;

static void *claim_at_random(void *argument)
{
    thrash *shared = argument;
    const int self = atomic_fetch_add(&shared->next_thread, 1) + 1;
    rp_random random = {(uint64_t)self};
    rp_claim_guard guard = {0};
    for (int round = 0; round < ROUNDS; round++) {
        rp_interval wanted[3];
        for (int i = 0; i < 3; i++) {
            wanted[i].begin = rp_random_below(&random, LENGTH - 1);
            wanted[i].end = wanted[i].begin + 1 + rp_random_below(&random, 1200);
        }
        if (rp_claims_take(&shared->claims, wanted, 3, (uint32_t)self, &guard) != RP_CLAIM_HELD)
            continue;
        for (int take = 1; take >= 0; take--)
            for (size_t i = 0; i < guard.blocks.n; i++)
                for (uint64_t b = guard.blocks.items[i].begin;
                     b < guard.blocks.items[i].end && b < LENGTH / RP_CLAIM_BLOCK_BP; b++) {
                    const int before = atomic_exchange(&shared->owner[b], take ? self : 0);
                    ck_assert_int_eq(before, take ? 0 : self); /* nobody else was there */
                }
        rp_claims_give_back(&shared->claims, &guard);
    }
    rp_claim_guard_clear(&guard);
    return NULL;
}

START_TEST(no_block_has_two_owners)
{
    thrash *shared = calloc(1, sizeof *shared);
    ck_assert(rp_claims_init(&shared->claims, LENGTH));
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, claim_at_random, shared), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(rp_claims_count(&shared->claims), 0);
    rp_claims_clear(&shared->claims);
    free(shared);
}
END_TEST

/* The earlier growth has a seed, whoever comes first; what it meets of an earlier one's own it is told. */
START_TEST(earlier_growths_have_the_seeds)
{
    rp_seed_claims *claims = rp_seed_claims_create();
    uint64_t holder = 0;
    const uint32_t of_seven[] = {3, 50, 51, 0, 3}, of_five[] = {51, 52, 7};
    ck_assert_ptr_nonnull(claims);
    rp_seed_claims_take_own(claims, 7, 3);
    rp_seed_claims_take_own(claims, 5, 7);
    ck_assert(!rp_seed_claims_has_earlier(claims, 7, 3, &holder));
    ck_assert(!rp_seed_claims_take(claims, 7, of_seven, 5, &holder));
    ck_assert(rp_seed_claims_has_earlier(claims, 9, 50, &holder));
    ck_assert_uint_eq(holder, 7);
    ck_assert(!rp_seed_claims_has_earlier(claims, 7, 50, &holder));
    ck_assert(!rp_seed_claims_has_earlier(claims, 6, 50, &holder));
    ck_assert(!rp_seed_claims_take(claims, 5, of_five, 3, &holder));
    ck_assert(rp_seed_claims_has_earlier(claims, 7, 51, &holder));
    ck_assert_uint_eq(holder, 5);
    ck_assert(!rp_seed_claims_take(claims, 6, &of_five[1], 1, &holder)); /* 5 has it, but does not grow from it */
    ck_assert(rp_seed_claims_take(claims, 6, &of_five[2], 1, &holder));
    ck_assert_uint_eq(holder, 5);
    ck_assert_uint_eq(rp_seed_claims_count(claims), 6);
    rp_seed_claims_give_back(claims, 7, of_seven, 5);
    ck_assert(rp_seed_claims_has_earlier(claims, 7, 51, &holder));
    ck_assert(!rp_seed_claims_has_earlier(claims, 9, 50, &holder));
    ck_assert_uint_eq(rp_seed_claims_count(claims), 3);
    rp_seed_claims_give_back(claims, 5, of_five, 3);
    ck_assert_uint_eq(rp_seed_claims_count(claims), 0);
    rp_seed_claims_destroy(claims);
}
END_TEST

/* Against a plain array, with so many seeds that the table grows, and slots that collide as it empties. */
START_TEST(seeds_are_found_whatever_was_given_back)
{
    enum { SEEDS = 5000, GROWTHS = 40, STEPS = 400, AT_ONCE = 300 };
    static uint64_t owner_of[SEEDS]; /* plus one */
    rp_seed_claims *claims = rp_seed_claims_create();
    rp_random random = {11};
    for (int step = 0; step < STEPS; step++) {
        const uint64_t serial = rp_random_below(&random, GROWTHS);
        uint32_t ids[AT_ONCE];
        uint64_t holder = 0;
        for (int i = 0; i < AT_ONCE; i++)
            ids[i] = (uint32_t)rp_random_below(&random, SEEDS);
        if (step % 2 == 0) {
            ck_assert(!rp_seed_claims_take(claims, serial, ids, AT_ONCE, &holder));
            for (int i = 0; i < AT_ONCE; i++)
                if (owner_of[ids[i]] == 0 || owner_of[ids[i]] > serial + 1)
                    owner_of[ids[i]] = serial + 1;
        } else {
            rp_seed_claims_give_back(claims, serial, ids, AT_ONCE);
            for (int i = 0; i < AT_ONCE; i++)
                owner_of[ids[i]] = owner_of[ids[i]] == serial + 1 ? 0 : owner_of[ids[i]];
        }
        size_t n = 0;
        for (uint32_t id = 0; id < SEEDS; id++) {
            n += owner_of[id] != 0;
            ck_assert(rp_seed_claims_has_earlier(claims, GROWTHS, id, &holder) == (owner_of[id] != 0));
            ck_assert(owner_of[id] == 0 || holder == owner_of[id] - 1);
        }
        ck_assert_uint_eq(rp_seed_claims_count(claims), n);
    }
    rp_seed_claims_destroy(claims);
}
END_TEST

Suite *suite_claim(void)
{
    Suite *suite = suite_create("claim");
    TCase *tests = tcase_create("claim");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, all_or_nothing);
    tcase_add_test(tests, ranges_of_every_length);
    tcase_add_test(tests, no_block_has_two_owners);
    tcase_add_test(tests, earlier_growths_have_the_seeds);
    tcase_add_test(tests, seeds_are_found_whatever_was_given_back);
    suite_add_tcase(suite, tests);
    return suite;
}
