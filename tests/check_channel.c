/* check_channel.c: the ring channel: order, bounds, ends, and a thrash of many threads. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "channel/ring.h"
#include "suites.h"

static rp_batch_head make_batch(uint64_t serial, uint32_t n_places)
{
    return (rp_batch_head){
        .serial = serial, .seed_id = (uint32_t)serial * 3, .frequency = n_places + 1, .floor = 3, .n_places = n_places};
}

static void expect_batch(const rp_batch_head *batch, uint64_t serial, uint32_t n_places)
{
    ck_assert_uint_eq(batch->serial, serial);
    ck_assert_uint_eq(batch->seed_id, (uint32_t)serial * 3);
    ck_assert_uint_eq(batch->frequency, n_places + 1);
    ck_assert_uint_eq(batch->n_places, n_places);
}

START_TEST(batches_come_out_in_order)
{
    rp_ring *ring = rp_ring_create(5000, 1.0);
    rp_batch_head out[8];
    size_t n;
    uint64_t in = 0, next = 0;
    for (int round = 0; round < 500; round++) {
        for (int i = 0; i < 1 + round % 7; i++, in++) {
            const rp_batch_head batch = make_batch(in, 3 + (uint32_t)(in % 30));
            ck_assert_int_eq(rp_ring_push(ring, &batch), RP_RING_OK);
        }
        while (next < in) {
            ck_assert_int_eq(rp_ring_try_pop(ring, UINT64_MAX, out, 1 + (size_t)round % 8, &n), RP_RING_OK);
            ck_assert_uint_ge(n, 1);
            for (size_t i = 0; i < n; i++, next++)
                expect_batch(&out[i], next, 3 + (uint32_t)(next % 30));
        }
    }
    ck_assert_int_eq(rp_ring_try_pop(ring, UINT64_MAX, out, 8, &n), RP_RING_EMPTY);
    ck_assert_uint_eq(n, 0);
    rp_ring_close(ring);
    const rp_batch_head late = make_batch(1, 3);
    ck_assert_int_eq(rp_ring_push(ring, &late), RP_RING_CLOSED);
    ck_assert_int_eq(rp_ring_try_pop(ring, UINT64_MAX, out, 8, &n), RP_RING_CLOSED);
    ck_assert_uint_eq(rp_ring_measure(ring).n_batches, in);
    rp_ring_destroy(ring);
}
END_TEST

START_TEST(closed_channel_drains_and_cancelled_does_not)
{
    rp_batch_head out[8];
    size_t n;
    for (int cancel = 0; cancel < 2; cancel++) {
        rp_ring *ring = rp_ring_create(1000, 0.8);
        for (uint64_t i = 0; i < 5; i++) {
            const rp_batch_head batch = make_batch(i, 4);
            ck_assert_int_eq(rp_ring_push(ring, &batch), RP_RING_OK);
        }
        if (cancel)
            rp_ring_cancel(ring);
        rp_ring_close(ring);
        ck_assert_int_eq(rp_ring_try_pop(ring, UINT64_MAX, out, 8, &n), cancel ? RP_RING_CANCELLED : RP_RING_OK);
        ck_assert_uint_eq(n, cancel ? 0 : 5);
        rp_ring_destroy(ring);
    }
}
END_TEST

typedef struct thrash {
    rp_ring *ring;
    uint64_t n, capacity;
    atomic_uint_fast64_t popped, sum;
} thrash;

static void *pop_all(void *argument)
{
    thrash *shared = argument;
    rp_batch_head out[5];
    size_t n;
    for (;;) {
        const uint64_t n_wakes = rp_ring_n_wakes(shared->ring);
        const rp_ring_status status = rp_ring_try_pop(shared->ring, UINT64_MAX, out, 5, &n);
        if (status == RP_RING_CLOSED)
            return NULL;
        if (status == RP_RING_EMPTY)
            rp_ring_wait(shared->ring, n_wakes);
        for (size_t i = 0; i < n; i++) {
            expect_batch(&out[i], out[i].serial, 3 + (uint32_t)(out[i].serial % 62));
            atomic_fetch_add(&shared->sum, out[i].serial);
        }
        atomic_fetch_add(&shared->popped, n);
        if (atomic_load(&shared->popped) % 3 == 0)
            rp_ring_wake(shared->ring, SIZE_MAX);
    }
}

START_TEST(only_what_is_below_the_limit_comes_out)
{
    rp_ring *ring = rp_ring_create(5000, 1.0);
    rp_batch_head out[8];
    size_t n;
    for (uint64_t i = 10; i < 16; i++) {
        const rp_batch_head batch = make_batch(i, 3);
        ck_assert_int_eq(rp_ring_push(ring, &batch), RP_RING_OK);
    }
    ck_assert_int_eq(rp_ring_try_pop(ring, 10, out, 8, &n), RP_RING_AHEAD);
    ck_assert_uint_eq(n, 0);
    ck_assert_int_eq(rp_ring_try_pop(ring, 13, out, 8, &n), RP_RING_OK);
    ck_assert_uint_eq(n, 3);
    expect_batch(&out[2], 12, 3);
    rp_ring_close(ring);
    ck_assert_int_eq(rp_ring_try_pop(ring, 13, out, 8, &n), RP_RING_AHEAD);
    ck_assert_int_eq(rp_ring_try_pop(ring, 16, out, 8, &n), RP_RING_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert_int_eq(rp_ring_try_pop(ring, 16, out, 8, &n), RP_RING_CLOSED);
    rp_ring_destroy(ring);
}
END_TEST

START_TEST(as_many_go_in_as_there_is_room_for)
{
    rp_ring *ring = rp_ring_create(30, 0.5);
    rp_batch_head in[8], out[8];
    size_t n;
    for (uint64_t i = 0; i < 8; i++)
        in[i] = make_batch(i, 4); /* 6 pairs: the mark of 15 is passed by the third */
    ck_assert_int_eq(rp_ring_try_push(ring, in, 8, &n), RP_RING_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert_int_eq(rp_ring_try_push(ring, in + 3, 5, &n), RP_RING_FULL);
    ck_assert_uint_eq(n, 0);
    ck_assert_int_eq(rp_ring_push(ring, in + 3), RP_RING_OK); /* slowly, but there is room */
    ck_assert_int_eq(rp_ring_try_pop(ring, UINT64_MAX, out, 8, &n), RP_RING_OK);
    ck_assert_uint_eq(n, 4);
    for (size_t i = 0; i < n; i++)
        expect_batch(&out[i], i, 4);
    ck_assert_int_eq(rp_ring_try_push(ring, in + 4, 4, &n), RP_RING_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert_uint_eq(rp_ring_measure(ring).n_pairs, 7 * 6);
    rp_ring_destroy(ring);
}
END_TEST

/* Each of these waits would not end: the test's time would. */
START_TEST(no_wake_between_look_and_wait_is_lost)
{
    rp_ring *ring = rp_ring_create(5000, 1.0);
    const uint64_t n_wakes = rp_ring_n_wakes(ring);
    rp_ring_wake(ring, 1);
    rp_ring_wait(ring, n_wakes);
    ck_assert_uint_gt(rp_ring_n_wakes(ring), n_wakes);
    const rp_batch_head batch = make_batch(0, 3);
    ck_assert_int_eq(rp_ring_push(ring, &batch), RP_RING_OK);
    rp_ring_wait(ring, rp_ring_n_wakes(ring));
    rp_batch_head out[1];
    size_t n;
    ck_assert_int_eq(rp_ring_try_pop(ring, UINT64_MAX, out, 1, &n), RP_RING_OK);
    rp_ring_close(ring);
    rp_ring_wait(ring, rp_ring_n_wakes(ring));
    rp_ring_destroy(ring);
}
END_TEST

/* Nobody waits yet when more may be taken, or when a pop leaves some: who was about to wait does not. */
START_TEST(who_is_ahead_misses_no_wake)
{
    rp_ring *ring = rp_ring_create(5000, 1.0);
    rp_batch_head out[1];
    size_t n;
    for (uint64_t i = 20; i < 23; i++) {
        const rp_batch_head batch = make_batch(i, 3);
        ck_assert_int_eq(rp_ring_push(ring, &batch), RP_RING_OK);
    }
    uint64_t n_wakes = rp_ring_n_wakes(ring);
    ck_assert_int_eq(rp_ring_try_pop(ring, 20, out, 1, &n), RP_RING_AHEAD);
    rp_ring_wake_ahead(ring, 20);
    ck_assert_uint_eq(rp_ring_n_wakes(ring), n_wakes); /* not yet */
    rp_ring_wake_ahead(ring, 21);
    rp_ring_wait_ahead(ring, n_wakes);
    n_wakes = rp_ring_n_wakes(ring);
    ck_assert_int_eq(rp_ring_try_pop(ring, 22, out, 1, &n), RP_RING_OK); /* there is one more below 22 */
    rp_ring_wait_ahead(ring, n_wakes);
    rp_ring_cancel(ring);
    rp_ring_wait_ahead(ring, rp_ring_n_wakes(ring));
    rp_ring_destroy(ring);
}
END_TEST

static const uint64_t CAPACITIES[] = {1, 2, 7, 64, 3000, 1000000};

START_TEST(every_batch_goes_through_once)
{
    thrash shared = {.ring = rp_ring_create(CAPACITIES[_i], 0.8), .n = 3000, .capacity = CAPACITIES[_i]};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, pop_all, &shared), 0);
    for (uint64_t i = 0; i < shared.n; i++) {
        const rp_batch_head batch = make_batch(i, 3 + (uint32_t)(i % 62));
        ck_assert_int_eq(rp_ring_push(shared.ring, &batch), RP_RING_OK);
    }
    rp_ring_close(shared.ring);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(shared.popped, shared.n);
    ck_assert_uint_eq(shared.sum, shared.n * (shared.n - 1) / 2);
    const rp_ring_figures figures = rp_ring_measure(shared.ring);
    ck_assert_uint_le(figures.max_pairs, shared.capacity > 2080 ? shared.capacity : 2080); /* one batch may be larger */
    rp_ring_destroy(shared.ring);
}
END_TEST

Suite *suite_channel(void)
{
    Suite *suite = suite_create("channel");
    TCase *tests = tcase_create("channel");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, batches_come_out_in_order);
    tcase_add_test(tests, closed_channel_drains_and_cancelled_does_not);
    tcase_add_test(tests, only_what_is_below_the_limit_comes_out);
    tcase_add_test(tests, as_many_go_in_as_there_is_room_for);
    tcase_add_test(tests, no_wake_between_look_and_wait_is_lost);
    tcase_add_test(tests, who_is_ahead_misses_no_wake);
    tcase_add_loop_test(tests, every_batch_goes_through_once, 0, 6);
    suite_add_tcase(suite, tests);
    return suite;
}
