/* check_base.c: account, blocks, metrics, tokens, what ends a run. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/account.h"
#include "base/block.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/sort.h"
#include "base/crew.h"
#include "base/helpers.h"
#include "base/parallel.h"
#include "base/process.h"
#include "base/text.h"
#include "base/tokens.h"
#include "channel/batch_size.h"
#include "command/telemetry.h"
#include "suites.h"

/* What a stage has freed between things that stay goes back. */
START_TEST(freed_memory_goes_back)
{
#ifndef RP_SANITIZED
    enum { N = 20000, BYTES = 6000 };
    static char *small[N];
    const uint64_t before = rp_resident_bytes();
    for (int i = 0; i < N; i++)
        memset(small[i] = malloc(BYTES), i, BYTES);
    for (int i = 0; i < N; i++)
        if (i % 100 != 99) {
            free(small[i]);
            small[i] = NULL;
        }
    ck_assert_uint_gt(rp_resident_bytes(), before + (uint64_t)N * BYTES / 2);
    rp_memory_give_back();
    ck_assert_uint_lt(rp_resident_bytes(), before + (uint64_t)N * BYTES / 20);
    for (int i = 0; i < N; i++)
        free(small[i]);
#endif
}
END_TEST

/* A large block of the middle is not kept for the thread that has freed it. */
START_TEST(large_blocks_go_back_at_once)
{
#ifndef RP_SANITIZED
    enum { N = 40, BYTES = 1 << 20 };
    char *large[N];
    rp_memory_set_up();
    free(memset(malloc(16 * BYTES), 1, 16 * BYTES)); /* after which the C library would keep all up to this size */
    const uint64_t before = rp_resident_bytes();
    for (int i = 0; i < N; i++)
        memset(large[i] = malloc(BYTES), i, BYTES);
    for (int i = 0; i < N - 1; i++)
        free(large[i]);
    ck_assert_uint_lt(rp_resident_bytes(), before + (uint64_t)N * BYTES / 8);
    free(large[N - 1]);
#endif
}
END_TEST

START_TEST(room_that_is_not_written_to_takes_no_memory)
{
#ifndef RP_SANITIZED
    enum { N = 1 << 28, WRITTEN = 1 << 12 };
    const uint64_t before = rp_resident_bytes();
    char *room = rp_alloc_wide_unset(N, 1);
    ck_assert_ptr_nonnull(room);
    memset(room, 1, WRITTEN);
    ck_assert_uint_lt(rp_resident_bytes(), before + (16 << 20));
    free(room);
    ck_assert_ptr_null(rp_alloc_wide_unset(SIZE_MAX / 2, 3));
    free(rp_alloc_wide_unset(0, 8));
#endif
}
END_TEST

START_TEST(account_keeps_its_limit_and_reserve)
{
    rp_account_set_limit(1000);
    rp_account_set_reserve(300);
    ck_assert(rp_account_take(700));
    ck_assert(!rp_account_take(1));
    rp_account_take_anyway(400); /* even beyond the limit */
    ck_assert_uint_eq(rp_account_taken(), 1100);
    ck_assert_uint_eq(rp_account_left(), 0);
    rp_account_give(1100);
    ck_assert_uint_eq(rp_account_left(), 700);
    ck_assert_uint_eq(rp_account_free(), 1000);
    rp_account_note_unleased(200);
    ck_assert_uint_eq(rp_account_free(), 800);
    rp_account_note_unleased(0);
    ck_assert_uint_ge(rp_account_most(), 1100);
    rp_account_set_limit(0);
    rp_account_set_reserve(0);
    ck_assert_uint_eq(rp_account_left(), UINT64_MAX);
    ck_assert_uint_eq(rp_account_free(), UINT64_MAX);
}
END_TEST

START_TEST(memory_is_short_when_half_of_the_reserve_is_used)
{
    rp_account_set_limit(1000);
    rp_account_set_reserve(300);
    rp_account_take_anyway(850);
    ck_assert(!rp_account_is_short());
    rp_account_note_unleased(1);
    ck_assert(rp_account_is_short());
    rp_account_note_unleased(0);
    ck_assert(!rp_account_is_short());
    rp_account_take_anyway(1);
    ck_assert(rp_account_is_short());
    rp_account_set_limit(0);
    ck_assert(!rp_account_is_short());
    rp_account_set_reserve(0);
    rp_account_give(851);
}
END_TEST

/* Grows and shrinks a block under different limits; its content must be the same. */
START_TEST(blocks_keep_their_content_in_memory_and_in_files)
{
    static const uint64_t limits[] = {0, 1, 300000, 2000000};
    char folder[] = "/tmp";
    rp_block_set_spill_folder(folder);
    rp_account_set_limit(limits[_i]);
    rp_block block = {0}, other = {0};
    rp_error error = {""};
    rp_random random = {(uint64_t)_i};
    unsigned char *expected = calloc(1, 4000000);
    size_t n = 0;
    for (int step = 0; step < 60; step++) {
        const size_t next = 1 + (size_t)rp_random_below(&random, step < 30 ? 50000 * (uint64_t)(step + 1) : 1500000);
        ck_assert_msg(rp_block_resize(&block, next, "test", &error), "%s", error.message);
        ck_assert(rp_block_resize(&other, 1 + next / 7, "test", &error));
        if (next < n)
            memset(expected + next, 0, n - next);
        n = next;
        ck_assert_int_eq(memcmp(block.data, expected, n), 0);
        for (size_t i = rp_random_below(&random, 5000); i < n; i += 4093) {
            expected[i] = (unsigned char)(step + i);
            ((unsigned char *)block.data)[i] = expected[i];
        }
        if (step % 7 == 0) {
            const rp_block moved = block; /* its owner may move it */
            memset(&block, 0xee, sizeof block);
            rp_blocks_page_out();
            block = moved;
        }
    }
    ck_assert_int_eq(rp_blocks_spilled() > 0, limits[_i] != 0 && limits[_i] < 2000000);
    rp_block_free(&block);
    rp_block_free(&other);
    ck_assert_uint_eq(rp_account_taken(), 0);
    ck_assert_uint_eq(rp_blocks_spilled(), 0);
    rp_account_set_limit(0);
    rp_block_set_spill_folder(NULL);
    free(expected);
}
END_TEST

typedef struct reading {
    const unsigned char *data;
    size_t n;
    atomic_bool ends;
    uint64_t n_wrong, n_rounds;
} reading;

static void *read_again_and_again(void *argument)
{
    reading *with = argument;
    do {
        for (size_t i = 0; i < with->n; i += 511)
            with->n_wrong += with->data[i] != (unsigned char)(i >> 9);
        with->n_rounds++;
    } while (!atomic_load(&with->ends));
    return NULL;
}

/* While somebody reads. */
START_TEST(fixed_blocks_give_way_where_they_lie)
{
    enum { LARGE = 8 << 20, SMALL = 100000 };
    rp_block large = {0}, small = {0}, loose = {0};
    rp_error error = {""};
    ck_assert(rp_block_resize(&small, SMALL, "test", &error) && rp_block_resize(&large, LARGE, "test", &error) &&
              rp_block_resize(&loose, SMALL, "test", &error));
    unsigned char *data = large.data;
    for (size_t i = 0; i < LARGE; i++)
        data[i] = (unsigned char)(i >> 9);
    rp_block_fix(&small);
    rp_block_fix(&large);
    ck_assert(!rp_blocks_give_way()); /* there is nowhere to go */
    rp_block_set_spill_folder("/tmp");
    reading with = {.data = data, .n = LARGE};
    pthread_t reader;
    ck_assert_int_eq(pthread_create(&reader, NULL, read_again_and_again, &with), 0);
    const uint64_t taken = rp_account_taken();
    ck_assert(rp_blocks_give_way());
    ck_assert_uint_eq(rp_blocks_spilled(), LARGE);
    ck_assert_uint_eq(rp_account_taken(), taken - LARGE);
    rp_blocks_page_out();
    atomic_store(&with.ends, true);
    (void)pthread_join(reader, NULL);
    ck_assert_uint_ge(with.n_rounds, 1);
    ck_assert_uint_eq(with.n_wrong, 0);
    ck_assert_ptr_eq(large.data, data);
    const void *lies = small.data;
    ck_assert(rp_block_spill(&small, "test", &error) && rp_block_spill(&small, "test", &error));
    ck_assert_ptr_eq(small.data, lies);
    ck_assert(!rp_blocks_give_way()); /* the third one is not fixed */
    rp_block_free(&small);
    ck_assert_uint_eq(rp_blocks_spilled(), LARGE);
    rp_block_free(&large);
    rp_block_free(&loose);
    ck_assert_uint_eq(rp_blocks_spilled(), 0);
    ck_assert_uint_eq(rp_account_taken(), 0);
    rp_block_set_spill_folder(NULL);
}
END_TEST

START_TEST(a_block_without_a_place_to_go_is_an_error)
{
    rp_block block = {0};
    rp_error error = {""};
    rp_account_set_limit(10000);
    ck_assert(!rp_block_resize(&block, 1 << 20, "the index", &error));
    ck_assert_ptr_nonnull(strstr(error.message, "--max-memory"));
    ck_assert_ptr_nonnull(strstr(error.message, "the index"));
    error.message[0] = '\0';
    char nowhere[] = "/no/such/folder";
    rp_block_set_spill_folder(nowhere);
    ck_assert(!rp_block_resize(&block, 1 << 20, "the index", &error));
    ck_assert_ptr_nonnull(strstr(error.message, nowhere));
    ck_assert_ptr_null(block.data);
    rp_block_set_spill_folder(NULL);
    rp_account_set_limit(0);
}
END_TEST

START_TEST(quantiles_are_within_a_quarter)
{
    rp_metrics_reset();
    for (uint64_t i = 1; i <= 100000; i++)
        rp_observe(RP_TIME_BATCH, i * 10);
    const rp_quantiles q = rp_observed(RP_TIME_BATCH);
    ck_assert_uint_eq(q.n, 100000);
    ck_assert_uint_eq(q.sum_ns, 10 * (uint64_t)100000 * 100001 / 2);
    ck_assert_uint_eq(q.most_ns, 1000000);
    const struct {
        uint64_t got, exact;
    } pairs[] = {{q.p50_ns, 500000}, {q.p95_ns, 950000}, {q.p99_ns, 990000}};
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_ge(pairs[i].got, pairs[i].exact);
        ck_assert_uint_le(pairs[i].got, pairs[i].exact + pairs[i].exact / 4);
    }
    ck_assert_uint_eq(rp_observed(RP_TIME_PUSH).n, 0);
    rp_observe(RP_TIME_PUSH, 3);
    ck_assert_uint_eq(rp_observed(RP_TIME_PUSH).p99_ns, 3);
    rp_observe(RP_TIME_POP, UINT64_MAX);
    ck_assert_uint_eq(rp_observed(RP_TIME_POP).p50_ns, UINT64_MAX);
    rp_metrics_reset();
    ck_assert_uint_eq(rp_observed(RP_TIME_BATCH).n, 0);
}
END_TEST

START_TEST(stages_tell_their_share)
{
    rp_metrics_reset();
    rp_stage_begin(RP_STAGE_TANDEM, 200);
    rp_stage_done(50);
    ck_assert(rp_progress_now().stage_share > 0.249 && rp_progress_now().stage_share < 0.251);
    const double before = rp_progress_now().run_share;
    rp_stage_done(500); /* more than was told: never over 1 */
    ck_assert(rp_progress_now().stage_share <= 1 && rp_progress_now().run_share >= before);
    rp_stage_begin(RP_STAGE_GROW, 10);
    rp_stage_done(-3);
    ck_assert_uint_eq(rp_progress_now().done, 0);
    rp_stage_reach(0.5);
    ck_assert(rp_progress_now().stage_share > 0.49 && rp_progress_now().stage_share < 0.51);
    rp_stage_begin(RP_STAGE_WRITE, 0);
    ck_assert(rp_progress_now().run_share > 0.9 && rp_progress_now().run_share <= 1);
    rp_gauge_move(RP_GAUGE_WORKERS, 3);
    rp_gauge_move(RP_GAUGE_WORKERS, -2);
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_WORKERS), 1);
    ck_assert_int_eq(rp_gauge_most(RP_GAUGE_WORKERS), 3);
    rp_metrics_reset();
}
END_TEST

START_TEST(a_gauge_has_a_mean_over_its_time_in_use)
{
    rp_metrics_reset();
    ck_assert(rp_gauge_mean(RP_GAUGE_SURVIVORS) == 0);
    const struct timespec pause = {0, 20000000}; /* at least */
    const uint64_t begin = rp_clock_ns();
    rp_gauge_set(RP_GAUGE_SURVIVORS, 10);
    (void)nanosleep(&pause, NULL);
    const uint64_t middle = rp_clock_ns();
    rp_gauge_move(RP_GAUGE_SURVIVORS, 20);
    (void)nanosleep(&pause, NULL);
    const uint64_t end = rp_clock_ns();
    rp_gauge_rest(RP_GAUGE_SURVIVORS);
    const double expected = (10.0 * (double)(middle - begin) + 30.0 * (double)(end - middle)) / (double)(end - begin);
    const double mean = rp_gauge_mean(RP_GAUGE_SURVIVORS);
    ck_assert_msg(mean > expected - 1 && mean < expected + 1, "%g, not %g", mean, expected);
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_SURVIVORS), 0);
    (void)nanosleep(&pause, NULL); /* out of use: that does not count */
    ck_assert(rp_gauge_mean(RP_GAUGE_SURVIVORS) == mean);
    rp_metrics_reset();
}
END_TEST

START_TEST(tokens_go_out_of_use_as_they_are_given_back)
{
    rp_tokens tokens;
    ck_assert(rp_tokens_init(&tokens, 3, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN));
    for (int i = 0; i < 3; i++)
        rp_tokens_take(&tokens);
    rp_tokens_resize(&tokens, -2);
    ck_assert_int_eq(tokens.n_free, -2);
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_CPU_TOKENS), 0);
    for (int i = 0; i < 3; i++)
        rp_tokens_give(&tokens);
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_CPU_TOKENS), 1);
    rp_tokens_resize(&tokens, 2);
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_CPU_TOKENS), 3);
    rp_tokens_clear(&tokens);
}
END_TEST

/* Counts the parts that begin when the run is to end. */
static bool count_late_part(void *context, size_t part, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    atomic_fetch_add((atomic_int *)context, rp_cancelled() != 0);
    if (part == 10)
        rp_cancel(SIGTERM);
    return true;
}

START_TEST(a_file_for_a_program_is_not_written_when_the_run_is_to_end)
{
    rp_scratch_file file;
    rp_error error = {0};
    ck_assert(rp_scratch_file_open(&file));
    ck_assert(rp_scratch_file_write(&file, "one", 3, "what it holds", &error));
    rp_cancel(SIGTERM);
    ck_assert(!rp_scratch_file_write(&file, "two", 3, "what it holds", &error));
    ck_assert_ptr_nonnull(strstr(error.message, "ended by signal 15"));
    rp_cancel_reset();
    rp_scratch_file_close(&file);
    error = (rp_error){0};
    file.descriptor = open("/dev/full", O_WRONLY);
    ck_assert(!rp_scratch_file_write(&file, "two", 3, "what it holds", &error));
    ck_assert_str_eq(error.message, "what it holds: cannot be written: No space left on device");
    rp_scratch_file_close(&file);
}
END_TEST

START_TEST(work_put_down_for_a_signal_is_not_told_as_a_lack_of_memory)
{
    rp_error error = {0};
    rp_cancel(SIGINT);
    ck_assert(!rp_error_memory(&error, "joining families"));
    ck_assert_ptr_nonnull(strstr(error.message, "ended by signal 2"));
    rp_cancel_reset();
    error = (rp_error){0};
    ck_assert(!rp_error_memory(&error, "joining families"));
    ck_assert_str_eq(error.message, "out of memory: joining families");
    ck_assert_int_eq(error.kind, RP_ERROR_MEMORY);
}
END_TEST

START_TEST(a_cancelled_loop_ends_with_the_signal)
{
    atomic_int n = 0;
    rp_error error = {""};
    ck_assert(!rp_parallel(1000000, 3, count_late_part, &n, &error));
    ck_assert_ptr_nonnull(strstr(error.message, "signal 15"));
    ck_assert_int_le(n, 2); /* one by each other thread, which had looked before */
    rp_cancel(SIGINT);
    ck_assert_int_eq(rp_cancelled(), SIGTERM); /* the first one counts */
    rp_cancel_reset();
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_WORKERS), 0);
}
END_TEST

enum { CREW = 3, CREW_PARTS = 500 };

/* A loop of a crew: who has done each part, and the part at which it ends. */
typedef struct crew_loop {
    unsigned done[CREW_PARTS];
    size_t fails_at;
} crew_loop;

static bool do_part(void *context, size_t part, unsigned member)
{
    crew_loop *loop = context;
    loop->done[part] += 1 + member;
    return part != loop->fails_at;
}

typedef struct crew_member {
    rp_crew *crew;
    unsigned number;
    atomic_bool *stops;
    bool saw_all; /* of its own loops: each part was done once, by a member */
} crew_member;

static void call_nobody(void *context)
{
    (void)context;
}

static void *be_member(void *argument)
{
    crew_member *self = argument;
    self->saw_all = true;
    for (int i = 0; i < 20; i++) {
        crew_loop loop = {.fails_at = SIZE_MAX};
        self->saw_all = self->saw_all && rp_crew_run(self->crew, self->number, CREW_PARTS, do_part, &loop);
        for (size_t part = 0; part < CREW_PARTS; part++)
            self->saw_all = self->saw_all && loop.done[part] >= 1 && loop.done[part] <= CREW;
        loop = (crew_loop){.fails_at = 7};
        self->saw_all = self->saw_all && !rp_crew_run(self->crew, self->number, CREW_PARTS, do_part, &loop);
    }
    while (!atomic_load(self->stops))
        (void)rp_crew_help(self->crew, self->number);
    return NULL;
}

START_TEST(a_crew_does_each_part_once)
{
    atomic_bool stops = false;
    crew_member members[CREW];
    pthread_t threads[CREW];
    crew_loop alone = {.fails_at = SIZE_MAX};
    rp_crew *crew = rp_crew_create(CREW, call_nobody, NULL);
    ck_assert_ptr_nonnull(crew);
    ck_assert(!rp_crew_help(crew, 0)); /* there is nothing to do */
    for (unsigned i = 0; i < CREW; i++) {
        members[i] = (crew_member){.crew = crew, .number = i, .stops = &stops};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, be_member, &members[i]), 0);
    }
    ck_assert(rp_crew_run(NULL, 0, CREW_PARTS, do_part, &alone));
    for (size_t part = 0; part < CREW_PARTS; part++)
        ck_assert_uint_eq(alone.done[part], 1);
    atomic_store(&stops, true);
    for (unsigned i = 0; i < CREW; i++) {
        (void)pthread_join(threads[i], NULL);
        ck_assert(members[i].saw_all);
    }
    rp_cancel(SIGTERM);
    ck_assert(!rp_crew_run(crew, 0, CREW_PARTS, do_part, &alone));
    rp_cancel_reset();
    rp_crew_destroy(crew);
    rp_crew_destroy(NULL);
}
END_TEST

enum { OUTER_PARTS = 40, INNER_PARTS = 7, MANY_LOOPS = 300 };

typedef struct nested_loops {
    atomic_uint times[OUTER_PARTS][INNER_PARTS];
    unsigned n_threads;
} nested_loops;

typedef struct nested_part {
    nested_loops *all;
    size_t outer;
} nested_part;

static bool count_inner(void *argument, size_t part, unsigned worker, rp_error *error)
{
    const nested_part *within = argument;
    within->all->times[within->outer][part]++;
    return worker < within->all->n_threads || rp_error_set(error, "worker %u", worker);
}

static bool run_inner(void *argument, size_t part, unsigned worker, rp_error *error)
{
    nested_loops *all = argument;
    nested_part within = {all, part};
    (void)worker;
    return rp_parallel(INNER_PARTS, all->n_threads, count_inner, &within, error);
}

/* The threads that are kept do each part of each loop once, of loops within loops, and of many short ones. */
START_TEST(kept_threads_do_each_part_once)
{
    nested_loops all = {.n_threads = (unsigned)_i};
    rp_error error = {""};
    for (unsigned times = 1; times <= MANY_LOOPS; times++) {
        ck_assert_msg(rp_parallel(OUTER_PARTS, all.n_threads, run_inner, &all, &error), "%s", error.message);
        for (size_t i = 0; i < OUTER_PARTS; i++)
            for (size_t j = 0; j < INNER_PARTS; j++)
                ck_assert_uint_eq(all.times[i][j], times);
        if (times % 50 == 0) /* the next loop starts others */
            rp_parallel_end();
    }
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_WORKERS), 0);
}
END_TEST

typedef struct helped {
    rp_helpers *helpers;
    atomic_uint n_inner[OUTER_PARTS];
    size_t fails_at;
} helped;

static bool add_inner(void *context, size_t part, unsigned member)
{
    (void)part;
    (void)member;
    *(atomic_uint *)context += 1;
    return true;
}

static bool run_helped(void *argument, size_t part, unsigned worker, rp_error *error)
{
    helped *all = argument;
    return rp_crew_run(rp_helpers_crew(all->helpers), worker, CREW_PARTS, add_inner, &all->n_inner[part]) &&
           (part != all->fails_at || rp_error_set(error, "part %zu", part));
}

/* Each part and each part of its own loop once, whoever does it; a part that fails ends the loop. */
START_TEST(who_has_no_part_helps)
{
    helped all = {.helpers = rp_helpers_create((unsigned)_i)};
    rp_error error = {""};
    for (unsigned times = 1; times <= MANY_LOOPS / 10; times++) {
        all.fails_at = SIZE_MAX;
        ck_assert(rp_helpers_loop(all.helpers, OUTER_PARTS, run_helped, &all, &error));
        for (size_t i = 0; i < OUTER_PARTS; i++)
            ck_assert_uint_eq(atomic_exchange(&all.n_inner[i], 0), CREW_PARTS);
        all.fails_at = OUTER_PARTS / 2;
        ck_assert(!rp_helpers_loop(all.helpers, OUTER_PARTS, run_helped, &all, &error));
        ck_assert_str_eq(error.message, "part 20");
        for (size_t i = 0; i < OUTER_PARTS; i++)
            all.n_inner[i] = 0;
        error = (rp_error){""};
    }
    ck_assert(rp_helpers_loop(all.helpers, 0, run_helped, &all, &error));
    rp_helpers_destroy(all.helpers);
    rp_helpers_destroy(NULL);
}
END_TEST

/* A loop whose first part, which its owner has, ends when it may. */
typedef struct held_loop {
    rp_crew *crew;
    unsigned owner;
    atomic_uint begun, done; /* parts, the first one among the begun */
    atomic_bool may_end;
} held_loop;

static bool do_held(void *context, size_t part, unsigned member)
{
    held_loop *loop = context;
    atomic_fetch_add(&loop->begun, 1);
    while (part == 0 && member == loop->owner && !atomic_load(&loop->may_end))
        (void)usleep(1000);
    atomic_fetch_add(&loop->done, part > 0);
    return true;
}

static void *run_held(void *argument)
{
    held_loop *loop = argument;
    return rp_crew_run(loop->crew, loop->owner, CREW_PARTS, do_held, loop) ? loop : NULL;
}

START_TEST(what_has_a_lower_rank_is_helped_first)
{
    rp_crew *crew = rp_crew_create(4, call_nobody, NULL);
    ck_assert_ptr_nonnull(crew);
    rp_crew_set_rank(NULL, 0, 1);
    const uint64_t ranks[3] = {9, 2, 5};
    held_loop loops[3];
    pthread_t threads[3];
    for (unsigned i = 0; i < 3; i++) {
        loops[i] = (held_loop){.crew = crew, .owner = i};
        rp_crew_set_rank(crew, i, ranks[i]);
        /* who begins with a lower rank helps nobody, so the highest begins */
    }
    static const unsigned order[] = {0, 2, 1};
    for (unsigned i = 0; i < 3; i++) {
        held_loop *loop = &loops[order[i]];
        ck_assert_int_eq(pthread_create(&threads[order[i]], NULL, run_held, loop), 0);
        while (atomic_load(&loop->begun) == 0)
            (void)usleep(1000);
    }
    crew_loop own = {.fails_at = SIZE_MAX};
    rp_crew_set_rank(crew, 3, 3);
    ck_assert(rp_crew_run(crew, 3, CREW_PARTS, do_part, &own)); /* the rank below comes first, the others do not */
    ck_assert_uint_eq(atomic_load(&loops[1].done), CREW_PARTS - 1);
    ck_assert_uint_eq(atomic_load(&loops[2].done), 0);
    ck_assert_uint_eq(atomic_load(&loops[0].done), 0);
    ck_assert(rp_crew_help(crew, 3));
    ck_assert_uint_eq(atomic_load(&loops[2].done), CREW_PARTS - 1);
    ck_assert_uint_eq(atomic_load(&loops[0].done), 0);
    ck_assert(rp_crew_help(crew, 3));
    ck_assert_uint_eq(atomic_load(&loops[0].done), CREW_PARTS - 1);
    ck_assert(!rp_crew_help(crew, 3));
    for (unsigned i = 0; i < 3; i++) {
        void *ended = NULL;
        atomic_store(&loops[i].may_end, true);
        (void)pthread_join(threads[i], &ended);
        ck_assert_ptr_eq(ended, &loops[i]);
    }
    rp_crew_destroy(crew);
}
END_TEST

    /* The rate as a function of the size, with its best at `best`. */
static uint64_t time_of(unsigned n, unsigned best)
{
    const unsigned off = n > best ? n / best : best / n;
    return 1000 * (uint64_t)n * (4 + off);
}

START_TEST(batch_sizes_climb_to_where_work_is_fastest)
{
    static const unsigned bests[] = {2, 8, 64};
    rp_batch_size tuned;
    rp_batch_size_init(&tuned);
    uint64_t at[RP_BATCH_SIZE_MOST + 1] = {0};
    for (int i = 0; i < 40000; i++) {
        ck_assert_uint_ge(tuned.size, RP_BATCH_SIZE_LEAST);
        ck_assert_uint_le(tuned.size, RP_BATCH_SIZE_MOST);
        if (i > 10000)
            at[tuned.size]++;
        rp_batch_size_observe(&tuned, tuned.size, time_of(tuned.size, bests[_i]));
    }
    uint64_t near = 0;
    for (unsigned size = bests[_i] / 2; size <= 2 * bests[_i] && size <= RP_BATCH_SIZE_MOST; size++)
        near += at[size];
    ck_assert_uint_gt(near, 20000); /* of 30000 */
}
END_TEST

typedef struct numbered {
    uint32_t key, number;
} numbered;

static int compare_keys(const void *left, const void *right)
{
    const numbered *a = left, *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

static int compare_numbers(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Keys that differ in all bits, in few, in the highest and the lowest only, and not at all. */
START_TEST(sorting_in_place_is_sorting)
{
    static const uint64_t masks[] = {UINT64_MAX, 0xfff, UINT64_C(0xff000000000000ff), 0x30000, 0};
    enum { N = 5000 };
    uint64_t *keys = malloc(N * sizeof *keys), *expected = malloc(N * sizeof *expected);
    rp_random random = {(uint64_t)_i + 5};
    for (size_t n = 0; n <= N; n = n < 100 ? n + 7 : n * 2) {
        for (size_t i = 0; i < n; i++)
            keys[i] = expected[i] = (rp_random_next(&random) & masks[_i]) | UINT64_C(1) << 60;
        rp_sort(expected, n, sizeof *expected, compare_numbers);
        rp_sort_u64_in_place(keys, n);
        ck_assert(n == 0 || memcmp(keys, expected, n * sizeof *keys) == 0);
    }
    free(keys);
    free(expected);
}
END_TEST

/* Any number of items and threads, with room for scratch, without, and with more taken than there is: in order, and
 * equal ones as they were. */
START_TEST(parallel_sort_is_stable)
{
    static const size_t SIZES[] = {0, 1, 2, 2048, 2049, 5000, 100003};
    static const unsigned THREADS[] = {1, 2, 3, 8, 33};
    static const struct {
        uint64_t limit, taken;
    } ROOMS[] = {{0, 0}, {1, 0}, {1, 2}};
    enum { N_THREADS = sizeof THREADS / sizeof THREADS[0], N_ROOMS = sizeof ROOMS / sizeof ROOMS[0] };
    rp_random random = {9};
    rp_error error = {""};
    rp_block_set_spill_folder("/tmp");
    for (size_t s = 0; s < sizeof SIZES / sizeof SIZES[0]; s++)
        for (size_t t = 0; t < N_THREADS * N_ROOMS; t++) {
            const size_t n = SIZES[s];
            numbered *items = malloc((n + 1) * sizeof *items);
            uint64_t sum = 0;
            for (size_t i = 0; i < n; i++) {
                items[i] = (numbered){(uint32_t)rp_random_below(&random, n / 4 + 1), (uint32_t)i};
                sum += items[i].key;
            }
            rp_account_set_limit(ROOMS[t / N_THREADS].limit);
            rp_account_take_anyway(ROOMS[t / N_THREADS].taken);
            ck_assert(rp_sort_parallel(items, n, sizeof *items, compare_keys, THREADS[t % N_THREADS], &error));
            ck_assert_uint_eq(rp_account_taken(), ROOMS[t / N_THREADS].taken);
            rp_account_give(ROOMS[t / N_THREADS].taken);
            for (size_t i = 0; i < n; i++) {
                ck_assert(i == 0 || items[i - 1].key < items[i].key ||
                          (items[i - 1].key == items[i].key && items[i - 1].number < items[i].number));
                sum -= items[i].key;
            }
            ck_assert_uint_eq(sum, 0);
            free(items);
        }
    rp_account_set_limit(0);
    rp_block_set_spill_folder(NULL);
}
END_TEST

static const struct {
    const char *text, *utf8, *shown;
} TEXTS[] = {
    {"plain", "plain", "plain"},
    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\xa7\xac", "\xc3\xa9\xe2\x82\xac\xf0\x9f\xa7\xac",
     "\xc3\xa9\xe2\x82\xac\xf0\x9f\xa7\xac"},
    {"a\xe9z", "a\xef\xbf\xbdz", "a\\xe9z"},
    {"\xc3", "\xef\xbf\xbd", "\\xc3"}, /* cut off */
    {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd", "\\xe2\\x82"},
    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", "\\xc0\\xaf"}, /* longer than it need be */
    {"\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\\xe0\\x80\\xaf"},
    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\\xed\\xa0\\x80"}, /* a surrogate */
    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"}, /* U+10FFFF */
    {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\\xf4\\x90\\x80\\x80"},
    {"\x1b[2J\t\x7f", "\x1b[2J\t\x7f", "\\x1b[2J\\x09\\x7f"},
    {"\xc2\x9b"
     "1m\xc2\xa0",
     "\xc2\x9b"
     "1m\xc2\xa0",
     "\\xc2\\x9b1m\xc2\xa0"},
    {"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa6", "\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa6",
     "\\xe2\\x80\\xae\\xe2\\x81\\xa6\xe2\x80\xa6"},
};

START_TEST(text_is_utf8_or_shown)
{
    char shown[80];
    char *copy = rp_utf8_copy(TEXTS[_i].text);
    ck_assert_str_eq(copy, TEXTS[_i].utf8);
    free(copy);
    ck_assert_str_eq(rp_text_show(TEXTS[_i].text, shown, sizeof shown), TEXTS[_i].shown);
    for (size_t size = 1; size < sizeof shown; size++) { /* cut between characters, never beyond the room */
        memset(shown, 'x', sizeof shown);
        const size_t n = strlen(rp_text_show(TEXTS[_i].text, shown, size));
        ck_assert_uint_lt(n, size);
        ck_assert_int_eq(memcmp(shown, TEXTS[_i].shown, n), 0);
        ck_assert_int_eq(shown[size], 'x');
    }
}
END_TEST

START_TEST(codes_are_complemented_appended_and_read)
{
    static const struct {
        unsigned code;
        unsigned complement;
        char letter;
        bool is_base;
    } CODES[] = {{RP_BASE_A, RP_BASE_T, 'A', true},
                 {RP_BASE_C, RP_BASE_G, 'C', true},
                 {RP_BASE_G, RP_BASE_C, 'G', true},
                 {RP_BASE_T, RP_BASE_A, 'T', true},
                 {RP_BASE_NONE, RP_BASE_NONE, 'N', false},
                 {RP_QUERY_END, RP_QUERY_END, 'N', false},
                 {RP_CODE_UNKNOWN, RP_CODE_UNKNOWN, 'N', false},
                 {RP_CELL_GAP, RP_CELL_GAP, 'N', false}};
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        ck_assert_uint_eq(rp_code_complement(CODES[i].code), CODES[i].complement);
        ck_assert_int_eq(rp_code_letter(CODES[i].code), CODES[i].letter);
        ck_assert_int_eq(rp_code_is_base(CODES[i].code), CODES[i].is_base);
        for (size_t j = 0; j < sizeof CODES / sizeof CODES[0]; j++)
            ck_assert_int_eq(rp_code_pairs(CODES[i].code, CODES[j].code),
                             CODES[i].is_base && CODES[j].code == CODES[i].complement);
    }
    static const uint8_t from[] = {RP_BASE_A, RP_BASE_A, RP_CODE_UNKNOWN, RP_BASE_G};
    static const uint8_t expected[] = {RP_BASE_A, RP_BASE_A,       RP_CODE_UNKNOWN, RP_BASE_G,
                                       RP_BASE_C, RP_CODE_UNKNOWN, RP_BASE_T,       RP_BASE_T};
    rp_codes codes = {0};
    ck_assert(rp_codes_append(&codes, from, 4) && rp_codes_reserve(&codes, 8));
    ck_assert(rp_codes_append_turned(&codes, codes.items, 4)); /* its own, for which it has room */
    ck_assert_uint_eq(codes.n, 8);
    ck_assert_mem_eq(codes.items, expected, 8);
    ck_assert(rp_codes_reverse_complement(&codes, expected + 4, 4));
    ck_assert_uint_eq(codes.n, 4);
    ck_assert_mem_eq(codes.items, from, 4);
    free(codes.items);
    uint8_t letters[256];
    rp_letters_fill(letters);
    static const struct {
        char letter;
        uint8_t is;
    } LETTERS[] = {{'A', RP_BASE_A},
                   {'t', RP_BASE_T | RP_LETTER_SOFT},
                   {'u', RP_BASE_T | RP_LETTER_SOFT},
                   {'N', RP_BASE_NONE},
                   {'x', RP_BASE_NONE | RP_LETTER_SOFT},
                   {'-', RP_LETTER_GAP},
                   {' ', RP_LETTER_SKIP},
                   {'!', RP_LETTER_BAD}};
    for (size_t i = 0; i < sizeof LETTERS / sizeof LETTERS[0]; i++)
        ck_assert_uint_eq(letters[(unsigned char)LETTERS[i].letter], LETTERS[i].is);
}
END_TEST

Suite *suite_base(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("base");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, codes_are_complemented_appended_and_read);
    tcase_add_test(tests, account_keeps_its_limit_and_reserve);
    tcase_add_test(tests, freed_memory_goes_back);
    tcase_add_test(tests, large_blocks_go_back_at_once);
    tcase_add_test(tests, room_that_is_not_written_to_takes_no_memory);
    tcase_add_loop_test(tests, blocks_keep_their_content_in_memory_and_in_files, 0, 4);
    tcase_add_test(tests, fixed_blocks_give_way_where_they_lie);
    tcase_add_test(tests, a_block_without_a_place_to_go_is_an_error);
    tcase_add_test(tests, memory_is_short_when_half_of_the_reserve_is_used);
    tcase_add_test(tests, quantiles_are_within_a_quarter);
    tcase_add_test(tests, stages_tell_their_share);
    tcase_add_test(tests, a_gauge_has_a_mean_over_its_time_in_use);
    tcase_add_test(tests, tokens_go_out_of_use_as_they_are_given_back);
    tcase_add_test(tests, work_put_down_for_a_signal_is_not_told_as_a_lack_of_memory);
    tcase_add_test(tests, a_cancelled_loop_ends_with_the_signal);
    tcase_add_test(tests, a_crew_does_each_part_once);
    tcase_add_test(tests, what_has_a_lower_rank_is_helped_first);
    tcase_add_test(tests, a_file_for_a_program_is_not_written_when_the_run_is_to_end);
    tcase_add_loop_test(tests, batch_sizes_climb_to_where_work_is_fastest, 0, 3);
    tcase_add_loop_test(tests, kept_threads_do_each_part_once, 1, 6);
    tcase_add_loop_test(tests, who_has_no_part_helps, 1, 6);
    tcase_add_loop_test(tests, sorting_in_place_is_sorting, 0, 5);
    tcase_add_test(tests, parallel_sort_is_stable);
    tcase_add_loop_test(tests, text_is_utf8_or_shown, 0, sizeof TEXTS / sizeof TEXTS[0]);
    suite_add_tcase(suite, tests);
    return suite;
}
