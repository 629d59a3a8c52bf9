/* check_order.c: the in-order committer and the cover. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ordered_loop.h"
#include "genome/cover.h"
#include "suites.h"

enum { TASKS = 3000 };

typedef struct loop_state {
    uint64_t committed;
    uint32_t values[TASKS];
    size_t fail_work, fail_commit;
} loop_state;

static void *work(void *context, size_t task, unsigned worker, rp_error *error)
{
    loop_state *state = context;
    (void)worker;
    if (task == state->fail_work) {
        rp_error_set(error, "task %zu", task);
        return NULL;
    }
    rp_random random = {task};
    if (rp_random_below(&random, 20) == 0) {
        const struct timespec pause = {0, (long)rp_random_below(&random, 200000)};
        nanosleep(&pause, NULL);
    }
    state->values[task] = (uint32_t)task * 7;
    return &state->values[task];
}

static bool commit(void *context, uint64_t serial, void *result, unsigned worker, rp_error *error)
{
    loop_state *state = context;
    (void)worker;
    ck_assert_uint_eq(serial, state->committed);
    ck_assert_uint_eq(*(uint32_t *)result, serial * 7);
    state->committed++;
    return serial != state->fail_commit || rp_error_set(error, "commit %llu", (unsigned long long)serial);
}

static const unsigned THREADS[] = {1, 2, 3, 8, 64};

START_TEST(results_are_committed_in_order)
{
    loop_state *state = calloc(1, sizeof *state);
    state->fail_work = state->fail_commit = SIZE_MAX;
    rp_error error = {""};
    ck_assert(rp_ordered_loop(TASKS, THREADS[_i], work, NULL, commit, state, &error));
    ck_assert_uint_eq(state->committed, TASKS);
    free(state);
}
END_TEST

/* Results that follow from how many commits have changed what they are made on. */
typedef struct changing_state {
    _Atomic uint32_t version;
    size_t fail_renewal;
    rp_helpers *helpers; /* NULL: tasks have no loops */
    struct made {
        uint32_t version, value;
    } made[TASKS];
    uint64_t committed;
} changing_state;

enum { CHANGE_EVERY = 7 };

enum { CREW_PARTS = 5 };

static bool add_one(void *context, size_t part, unsigned member)
{
    atomic_uint *sum = context;
    (void)part;
    (void)member;
    *sum += 1;
    return true;
}

static void make_on(changing_state *state, size_t task, uint32_t version, unsigned worker)
{
    atomic_uint sum = 0;
    if (state->helpers != NULL)
        ck_assert(rp_crew_run(rp_helpers_crew(state->helpers), worker, CREW_PARTS, add_one, &sum));
    ck_assert_uint_eq(sum, state->helpers != NULL ? CREW_PARTS : 0);
    state->made[task] = (struct made){version, 1000000 * version + (uint32_t)task};
}

static void *make_task(void *context, size_t task, unsigned worker, rp_error *error)
{
    changing_state *state = context;
    (void)error;
    make_on(state, task, state->version, worker);
    return &state->made[task];
}

static uint32_t version_of_now(void *context)
{
    const changing_state *state = context;
    return state->version;
}

static uint32_t version_of_result(void *context, const void *result)
{
    (void)context;
    return ((const struct made *)result)->version;
}

static bool renew(void *context, size_t task, void *result, uint32_t version, unsigned worker, rp_error *error)
{
    changing_state *state = context;
    ck_assert_ptr_eq(result, &state->made[task]);
    ck_assert_uint_lt(state->made[task].version, version);
    make_on(state, task, version, worker);
    return task < state->fail_renewal || rp_error_set(error, "renewal");
}

static bool commit_on_now(void *context, uint64_t serial, void *result, unsigned worker, rp_error *error)
{
    changing_state *state = context;
    const struct made *made = result;
    (void)error;
    ck_assert_uint_eq(serial, state->committed++);
    if (made->version != state->version)
        make_on(state, serial, state->version, worker);
    ck_assert_uint_eq(made->value, 1000000 * (serial / CHANGE_EVERY) + serial);
    state->version += serial % CHANGE_EVERY == CHANGE_EVERY - 1;
    return true;
}

START_TEST(results_are_renewed_before_their_turn)
{
    for (int which = 0; which < 4; which++) {
        const bool fails = which % 2 != 0; /* with helpers, and without */
        changing_state *state = calloc(1, sizeof *state);
        rp_error error = {""};
        state->fail_renewal = fails ? 500 : SIZE_MAX;
        state->helpers = which < 2 ? NULL : rp_helpers_create(THREADS[_i]);
        const rp_renewal renewal = {version_of_now, version_of_result, renew, state->helpers};
        const bool ok = rp_ordered_loop(TASKS, THREADS[_i], make_task, &renewal, commit_on_now, state, &error);
        ck_assert(ok ? state->committed == TASKS : fails && strcmp(error.message, "renewal") == 0);
        rp_helpers_destroy(state->helpers);
        free(state);
    }
}
END_TEST

START_TEST(first_error_ends_the_loop)
{
    for (int which = 0; which < 2; which++) {
        loop_state *state = calloc(1, sizeof *state);
        state->fail_work = which == 0 ? 1000 : SIZE_MAX;
        state->fail_commit = which == 1 ? 1000 : SIZE_MAX;
        rp_error error = {""};
        ck_assert(!rp_ordered_loop(TASKS, THREADS[_i], work, NULL, commit, state, &error));
        ck_assert_str_eq(error.message, which == 0 ? "task 1000" : "commit 1000");
        ck_assert_uint_le(state->committed, 1001);
        free(state);
    }
}
END_TEST

enum { WINDOW = 100 };

typedef struct kept_results {
    int values[3 * WINDOW], committed[3 * WINDOW];
    size_t n;
} kept_results;

static bool note_commit(void *context, uint64_t serial, void *result, unsigned worker, rp_error *error)
{
    kept_results *kept = context;
    (void)worker;
    (void)error;
    ck_assert_uint_eq(serial, kept->n);
    kept->committed[kept->n++] = *(int *)result;
    return true;
}

/* Results that wait are taken back by their serials, once for each version, also where their window goes round. */
START_TEST(results_are_taken_back_until_their_turn)
{
    kept_results kept = {.n = 0};
    uint64_t serial = 0;
    rp_order *order = rp_order_create(WINDOW, note_commit, &kept);
    ck_assert_ptr_nonnull(order);
    ck_assert_ptr_null(rp_order_take_back(order, 1, &serial));
    for (uint64_t first = 0; first < 2 * WINDOW; first += WINDOW / 2 + 1) {
        const uint64_t others[] = {first + 70, first + 2, first + WINDOW - 1, first + 64};
        for (int i = 0; i < 4; i++)
            rp_order_post_for_now(order, others[i], &kept.values[others[i]], i == 0 ? 9 : 5, 0);
        rp_order_post(order, first + 1, &kept.values[first + 1], 0);
        ck_assert_ptr_null(rp_order_take_back(order, 5, &serial));
        const uint64_t expected[] = {first + 2, first + 64, first + WINDOW - 1};
        for (int i = 0; i < 3; i++) {
            ck_assert_ptr_eq(rp_order_take_back(order, 6, &serial), &kept.values[expected[i]]);
            ck_assert_uint_eq(serial, expected[i]);
            kept.values[serial] = (int)serial;
            rp_order_post_for_now(order, serial, &kept.values[serial], 6, 0);
        }
        ck_assert_ptr_null(rp_order_take_back(order, 6, &serial));
        for (uint64_t s = first; s < first + WINDOW / 2 + 1; s++)
            if (s != first + 1 && s != first + 2)
                rp_order_post(order, s, &kept.values[s], 0);
        ck_assert_uint_eq(kept.n, first + WINDOW / 2 + 1);
        ck_assert_int_eq(kept.committed[first + 2], (int)first + 2);
        while (rp_order_take_back(order, 10 + (uint32_t)first, &serial) != NULL)
            ;
    }
    rp_order_destroy(order);
}
END_TEST

START_TEST(cover_tells_what_changed)
{
    rp_cover cover;
    ck_assert(rp_cover_init(&cover, 100000));
    const rp_interval first = {1000, 2000}, inside = {1100, 1200}, second = {50000, 50001};
    rp_cover_add(&cover, &first, 1);
    const uint32_t version = rp_cover_version(&cover);
    ck_assert(!rp_cover_changed_since(&cover, (rp_interval){0, 100000}, version));
    ck_assert(rp_cover_changed_since(&cover, (rp_interval){1999, 2001}, version - 1));
    rp_cover_add(&cover, &inside, 1); /* covered already: nothing changes */
    ck_assert(!rp_cover_changed_since(&cover, (rp_interval){0, 100000}, version));
    rp_cover_add(&cover, &second, 1);
    ck_assert(rp_cover_changed_since(&cover, (rp_interval){0, 100000}, version));
    ck_assert(!rp_cover_changed_since(&cover, (rp_interval){0, 40000}, version));
    ck_assert_uint_eq(rp_bitmask_count(&cover.covered, 0, 100000), 1001);
    rp_cover_remove(&cover, &first, 1);
    ck_assert(rp_cover_changed_since(&cover, (rp_interval){1500, 1501}, version));
    ck_assert_uint_eq(rp_bitmask_count(&cover.covered, 0, 100000), 1);
    rp_cover_clear(&cover);
}
END_TEST

Suite *suite_order(void)
{
    Suite *suite = suite_create("order");
    TCase *tests = tcase_create("order");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, results_are_committed_in_order, 0, 5);
    tcase_add_loop_test(tests, results_are_renewed_before_their_turn, 0, 5);
    tcase_add_loop_test(tests, first_error_ends_the_loop, 0, 5);
    tcase_add_test(tests, results_are_taken_back_until_their_turn);
    tcase_add_test(tests, cover_tells_what_changed);
    suite_add_tcase(suite, tests);
    return suite;
}
