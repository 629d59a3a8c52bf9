/* check_discover.c: the whole search gives the same families however it is run. */
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/block.h"
#include "base/cancel.h"
#include "discover/discover.h"
#include "discover/survivors.h"
#include "genome/tandem.h"
#include "library/join.h"
#include "suites.h"

/* Families and cover of one run; with a seed its threads are delayed. */
static void run_search(const test_search *with, const rp_discover_parameters *parameters, uint64_t delay_seed,
                       rp_library *library, rp_cover *cover, rp_discover_figures *figures, uint64_t *n_joins)
{
    rp_error error = {""};
    test_delay_threads(delay_seed, delay_seed == 0 ? 0 : 40, 400);
    ck_assert(rp_cover_init(cover, with->genome.length_bp));
    const rp_view view = {.genome = &with->genome, .covered = &cover->covered, .excluded = &with->tandem};
    ck_assert_msg(rp_discover(&view, with->index, cover, parameters, library, figures, &error), "%s", error.message);
    ck_assert_uint_eq(figures->claims_left, 0);
    rp_join_figures joined = {0};
    const rp_join_parameters join = {.n_threads = parameters->n_threads, .kernel = parameters->kernel};
    test_delay_threads(delay_seed, delay_seed == 0 ? 0 : 4, 10000);
    ck_assert(rp_join_families(&view, with->index, cover, &join, library, &joined, &error));
    test_delay_threads(0, 0, 0);
    *n_joins = joined.n_end_joins + joined.n_interior_joins;
}

static void expect_same(const rp_library *a, const rp_library *b)
{
    ck_assert_uint_eq(a->n, b->n);
    for (size_t f = 0; f < a->n; f++) {
        const rp_family *x = &a->items[f], *y = &b->items[f];
        ck_assert_uint_eq(x->tandem, y->tandem);
        ck_assert_uint_eq(x->consensus.n, y->consensus.n);
        ck_assert_int_eq(memcmp(x->consensus.items, y->consensus.items, x->consensus.n), 0);
        ck_assert_uint_eq(x->copies.n, y->copies.n);
        for (size_t i = 0; i < x->copies.n; i++) {
            ck_assert_uint_eq(x->copies.items[i].begin, y->copies.items[i].begin);
            ck_assert_uint_eq(x->copies.items[i].end, y->copies.items[i].end);
        }
    }
}

static const rp_discover_parameters PLAIN = {.n_threads = 1,
                                             .channel_capacity = 1000000,
                                             .backpressure = 0.8,
                                             .extension_length_bp = 100,
                                             .seed_limits = {.min_frequency = 3, .max_frequency = UINT32_MAX}};

static const struct {
    unsigned threads;
    uint64_t capacity, delay;
    const char *kernel;
    bool is_short; /* of memory: nobody grows ahead */
} RUNS[] = {
    {2, 1000000, 0, "auto"},   {3, 1, 1, "auto"},       {8, 7, 2, "auto"},
    {64, 100, 3, "auto"},      {1, 1, 4, "auto"},       {2, 50, 5, "auto"},
    {1, 1000000, 0, "scalar"}, {4, 1000000, 0, "avx2"}, {8, 100, 6, "auto", true},
};

START_TEST(families_do_not_depend_on_the_run)
{
    test_search with;
    test_begin_search(&with, 400000, 12, 5);
    rp_library expected = {0}, got = {0};
    rp_cover covers[2];
    rp_discover_figures figures[2];
    uint64_t n_joins;
    rp_discover_parameters parameters = PLAIN;
    parameters.kernel = rp_band_select("auto");
    run_search(&with, &parameters, 0, &expected, &covers[0], &figures[0], &n_joins);
    ck_assert_uint_ge(expected.n, 6);
    parameters.kernel = rp_band_select(RUNS[_i].kernel);
    if (parameters.kernel != NULL) {
        parameters.n_threads = RUNS[_i].threads;
        parameters.channel_capacity = RUNS[_i].capacity;
        rp_block_set_spill_folder("/tmp");
        rp_account_set_limit(RUNS[_i].is_short ? 1 : 0);
        run_search(&with, &parameters, RUNS[_i].delay, &got, &covers[1], &figures[1], &n_joins);
        rp_account_set_limit(0);
        rp_block_set_spill_folder(NULL);
        expect_same(&expected, &got);
        if (RUNS[_i].is_short) {
            ck_assert_uint_eq(figures[1].n_redone, 0);
            ck_assert_uint_gt(figures[1].n_parked, 0);
        }
        ck_assert_uint_eq(figures[0].n_rejected, figures[1].n_rejected);
        ck_assert_uint_eq(figures[0].n_failed, figures[1].n_failed);
        ck_assert_uint_eq(figures[0].n_pairs, figures[1].n_pairs);
        for (uint64_t i = 0; i < with.genome.length_bp / 64; i++)
            ck_assert_uint_eq(covers[0].covered.words[i], covers[1].covered.words[i]);
        rp_cover_clear(&covers[1]);
    }
    rp_cover_clear(&covers[0]);
    rp_library_clear(&expected);
    rp_library_clear(&got);
    test_end_search(&with);
}
END_TEST

/* States of a run, as a checkpoint would keep them. */
enum { MAX_KEPT = 64 };

typedef struct kept_states {
    const rp_library *library;
    rp_discover_state now;   /* how far the run is, while it keeps */
    rp_discover_state states[MAX_KEPT];
    size_t n_families[MAX_KEPT], n;
} kept_states;

static bool is_due(void *context)
{
    return ((const kept_states *)context)->n < MAX_KEPT;
}

static void keep(void *context)
{
    kept_states *kept = context;
    const rp_discover_state *state = &kept->now;
    ck_assert(state->under_way);
    const size_t bytes = (size_t)state->n_seed_words * sizeof *state->used_seeds;
    uint64_t *words = malloc(bytes + 1);
    memcpy(words, state->used_seeds, bytes);
    kept->states[kept->n] = *state;
    kept->states[kept->n].used_seeds = words;
    kept->n_families[kept->n++] = kept->library->n;
}

START_TEST(a_run_goes_on_from_any_of_its_states)
{
    test_search with;
    test_begin_search(&with, 1500000, 60, 8);
    rp_library expected = {0};
    rp_cover cover;
    rp_error error = {""};
    rp_discover_figures figures, resumed;
    kept_states kept = {.library = &expected};
    rp_discover_parameters parameters = PLAIN;
    parameters.kernel = rp_band_select("auto");
    parameters.n_threads = 2;
    parameters.hook = (rp_keep_hook){is_due, keep, &kept};
    parameters.state = &kept.now;
    ck_assert(rp_cover_init(&cover, with.genome.length_bp));
    const rp_view view = {.genome = &with.genome, .covered = &cover.covered, .excluded = &with.tandem};
    ck_assert_msg(rp_discover(&view, with.index, &cover, &parameters, &expected, &figures, &error), "%s",
                  error.message);
    rp_cover_clear(&cover);
    ck_assert(!kept.now.under_way); /* as the run found it */
    ck_assert_uint_ge(kept.n, 5);
    ck_assert_uint_gt(expected.n, 5);
    for (size_t i = 0; i < kept.n; i++) {
        rp_library library = {0};
        for (size_t f = 0; f < kept.n_families[i]; f++)
            ck_assert(rp_library_add(&library, &expected.items[f]));
        parameters.hook = (rp_keep_hook){0};
        parameters.state = &kept.states[i];
        parameters.n_threads = 1 + (unsigned)(i % 3);
        ck_assert(rp_cover_init(&cover, with.genome.length_bp));
        ck_assert_msg(rp_discover(&view, with.index, &cover, &parameters, &library, &resumed, &error), "%s",
                      error.message);
        expect_same(&expected, &library);
        ck_assert_uint_eq(resumed.n_pairs, figures.n_pairs);
        ck_assert_uint_eq(resumed.n_rejected, figures.n_rejected);
        ck_assert_uint_eq(resumed.n_failed, figures.n_failed);
        ck_assert_uint_eq(resumed.n_tandem, figures.n_tandem);
        rp_cover_clear(&cover);
        rp_library_clear(&library);
        free((uint64_t *)kept.states[i].used_seeds);
    }
    /* a state of another index */
    rp_library none = {0};
    kept.states[0].used_seeds = (const uint64_t[]){0};
    kept.states[0].n_seed_words = 1;
    kept.states[0].n_families_at_tier = 0;
    parameters.state = &kept.states[0];
    ck_assert(rp_cover_init(&cover, with.genome.length_bp));
    ck_assert(!rp_discover(&view, with.index, &cover, &parameters, &none, &resumed, &error));
    ck_assert_ptr_nonnull(strstr(error.message, "does not fit the index"));
    rp_cover_clear(&cover);
    rp_library_clear(&none);
    rp_library_clear(&expected);
    test_end_search(&with);
}
END_TEST

/* A run that a signal ends in the midst of a tier. */
typedef struct ended_run {
    kept_states kept;
    int looks;               /* of the committer, before the signal */
} ended_run;

static bool end_when_due(void *context)
{
    ended_run *ended = context;
    if (ended->looks-- == 0)
        rp_cancel(15);
    return false;
}

static void keep_ended(void *context)
{
    keep(&((ended_run *)context)->kept);
}

START_TEST(a_run_that_was_cancelled_goes_on)
{
    test_search with;
    test_begin_search(&with, 1500000, 60, 8);
    rp_library expected = {0};
    rp_cover cover;
    rp_error error = {""};
    rp_discover_figures figures, resumed;
    rp_discover_parameters parameters = PLAIN;
    parameters.kernel = rp_band_select("auto");
    const rp_view view = {.genome = &with.genome, .covered = &cover.covered, .excluded = &with.tandem};
    ck_assert(rp_cover_init(&cover, with.genome.length_bp));
    ck_assert_msg(rp_discover(&view, with.index, &cover, &parameters, &expected, &figures, &error), "%s",
                  error.message);
    rp_cover_clear(&cover);
    int n_in_midst = 0; /* of a tier that had found families */
    for (int i = 0; i < 12; i++) {
        rp_library library = {0};
        ended_run ended = {.kept.library = &library, .looks = i};
        parameters.n_threads = 1 + (unsigned)(i % 3);
        parameters.hook = (rp_keep_hook){end_when_due, keep_ended, &ended};
        parameters.state = &ended.kept.now;
        ck_assert(rp_cover_init(&cover, with.genome.length_bp));
        ck_assert(!rp_discover(&view, with.index, &cover, &parameters, &library, &resumed, &error));
        ck_assert_ptr_nonnull(strstr(error.message, "ended by signal 15"));
        error = (rp_error){""};
        rp_cancel_reset();
        rp_cover_clear(&cover);
        ck_assert_uint_eq(ended.kept.n, 1);
        n_in_midst += ended.kept.states[0].n_families_at_tier < ended.kept.n_families[0];
        parameters.hook = (rp_keep_hook){0};
        parameters.state = &ended.kept.states[0];
        ck_assert(rp_cover_init(&cover, with.genome.length_bp));
        ck_assert_msg(rp_discover(&view, with.index, &cover, &parameters, &library, &resumed, &error), "%s",
                      error.message);
        expect_same(&expected, &library);
        ck_assert_uint_eq(resumed.n_pairs, figures.n_pairs);
        ck_assert_uint_eq(resumed.n_rejected, figures.n_rejected);
        rp_cover_clear(&cover);
        rp_library_clear(&library);
        free((uint64_t *)ended.kept.states[0].used_seeds);
    }
    ck_assert_int_ge(n_in_midst, 3);
    rp_library_clear(&expected);
    test_end_search(&with);
}
END_TEST

static rp_survivor make_survivor(uint64_t serial)
{
    return (rp_survivor){serial, (uint32_t)serial * 7, 3, 5};
}

static void expect_survivor(rp_survivors *survivors, uint64_t due, uint64_t serial)
{
    rp_survivor taken;
    ck_assert(rp_survivors_take(survivors, due, &taken));
    ck_assert_uint_eq(taken.serial, serial);
    ck_assert_uint_eq(taken.seed_id, serial * 7);
}

START_TEST(survivors_wait_for_who_is_in_their_way)
{
    enum { WINDOW = 16 };
    rp_survivors *survivors = rp_survivors_create(WINDOW);
    ck_assert_ptr_nonnull(survivors);
    rp_survivor taken;
    ck_assert(!rp_survivors_take(survivors, 0, &taken));
    const uint64_t order[] = {20, 17, 12, 19, 13, 18};
    for (int i = 0; i < 6; i++)
        rp_survivors_put(survivors, make_survivor(order[i]));
    expect_survivor(survivors, 5, 12);
    rp_survivors_hold(survivors, 12);
    for (uint64_t serial = 17; serial <= 19; serial++)
        (void)rp_survivors_take(survivors, 13, &taken); /* 13, 17, 18 */
    rp_survivors_park(survivors, make_survivor(13), 12);
    rp_survivors_park(survivors, make_survivor(17), 12);
    rp_survivors_park(survivors, make_survivor(18), 12);
    expect_survivor(survivors, 17, 17); /* it is due: from the middle of those that wait */
    rp_survivors_park_for_any(survivors, make_survivor(17));
    rp_survivors_park(survivors, make_survivor(21), 1); /* who was in its way holds nothing any more */
    expect_survivor(survivors, 11, 19);
    expect_survivor(survivors, 11, 20);
    expect_survivor(survivors, 11, 21);
    ck_assert(!rp_survivors_take(survivors, 11, &taken));
    ck_assert(!rp_survivors_is_empty(survivors));
    ck_assert_uint_eq(rp_survivors_release(survivors, 3), 1); /* of those that wait for any */
    ck_assert_uint_eq(rp_survivors_release(survivors, 12), 2);
    ck_assert_uint_eq(rp_survivors_release(survivors, 12), 0);
    expect_survivor(survivors, 11, 13);
    expect_survivor(survivors, 11, 17);
    expect_survivor(survivors, 11, 18);
    ck_assert(rp_survivors_is_empty(survivors));
    rp_survivors_destroy(survivors);
}
END_TEST

START_TEST(survivors_come_out_by_their_serials)
{
    enum { WINDOW = 1024 };
    rp_survivors *survivors = rp_survivors_create(WINDOW);
    rp_random random = {3};
    uint64_t first = 0;
    for (int round = 0; round < 50; round++, first += WINDOW / 2) {
        uint64_t before = 0;
        uint32_t n = 0;
        for (uint64_t serial = first; serial < first + WINDOW / 2; serial++)
            if (rp_random_below(&random, 3) == 0) {
                const uint64_t other = first + (serial - first) * 37 % (WINDOW / 2); /* each serial once, in disorder */
                rp_survivors_put(survivors, make_survivor(other));
                n++;
            }
        rp_survivor taken;
        for (; n > 0; n--, before = taken.serial) {
            ck_assert(rp_survivors_take(survivors, 0, &taken));
            ck_assert_uint_ge(taken.serial, before);
        }
        ck_assert(rp_survivors_is_empty(survivors));
    }
    rp_survivors_destroy(survivors);
}
END_TEST

typedef struct recruiter_case {
    rp_builder *builder;
    rp_codes consensus; /* the genome's first bases of a place with many hits */
    rp_copies copies;
} recruiter_case;

static recruiter_case make_recruiter(const test_search *with)
{
    recruiter_case one = {.builder = rp_builder_create(rp_band_select("auto"), 0)};
    enum { LENGTH_BP = 300 };
    uint32_t most = 0, seed = 0;
    for (uint32_t id = 0; id < rp_kmer_index_n_kmers(with->index); id++)
        if (rp_kmer_index_get(with->index, id).count > most)
            most = rp_kmer_index_get(with->index, seed = id).count;
    const uint64_t at = rp_kmer_index_position(with->index, rp_kmer_index_get(with->index, seed).first);
    const uint64_t begin = at > LENGTH_BP / 2 ? at - LENGTH_BP / 2 : 0;
    ck_assert(rp_codes_reserve(&one.consensus, LENGTH_BP));
    for (unsigned i = 0; i < LENGTH_BP; i += 50)
        rp_genome_decode(&with->genome, begin + i, 50, one.consensus.items + i);
    one.consensus.n = LENGTH_BP;
    return one;
}

/* Of the run's memory a growth may be the reason for its end. */
START_TEST(a_growth_is_cut_short_when_the_run_is_to_end)
{
    test_search with;
    test_begin_search(&with, 200000, 5, 4);
    const rp_view view = {.genome = &with.genome, .excluded = &with.tandem};
    recruiter_case one = make_recruiter(&with);
    rp_error error = {""};
    ck_assert(
        rp_recruit(rp_builder_recruiter(one.builder), &view, with.index, &one.consensus, false, &one.copies, NULL));
    ck_assert_uint_gt(one.copies.n, 0);
    rp_cancel_memory(2000000, 1000000);
    ck_assert(
        !rp_recruit(rp_builder_recruiter(one.builder), &view, with.index, &one.consensus, false, &one.copies, NULL));
    ck_assert(!rp_error_memory(&error, "growing a family"));
    ck_assert_ptr_nonnull(strstr(error.message, "--max-memory"));
    rp_cancel_reset();
    error = (rp_error){""};
    ck_assert(!rp_error_memory(&error, "growing a family"));
    ck_assert_str_eq(error.message, "out of memory: growing a family");
    free(one.consensus.items);
    free(one.copies.items);
    rp_builder_destroy(one.builder);
    test_end_search(&with);
}
END_TEST

START_TEST(limits_do_not_depend_on_the_run)
{
    test_search with;
    test_begin_search(&with, 400000, 12, 6);
    rp_library libraries[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        rp_discover_parameters parameters = PLAIN;
        parameters.kernel = rp_band_select("auto");
        parameters.max_candidates = 300;
        parameters.n_threads = i == 0 ? 1 : 4;
        parameters.channel_capacity = i == 0 ? 1000000 : 3;
        parameters.seed_limits.intra_contig = true;
        rp_cover cover;
        rp_discover_figures figures;
        uint64_t n_joins;
        run_search(&with, &parameters, (uint64_t)i * 9, &libraries[i], &cover, &figures, &n_joins);
        ck_assert_uint_ge(figures.n_pairs, 300);
        ck_assert_uint_lt(figures.n_pairs, 300 + 64 * 63 / 2);
        rp_cover_clear(&cover);
    }
    expect_same(&libraries[0], &libraries[1]);
    rp_library_clear(&libraries[0]);
    rp_library_clear(&libraries[1]);
    test_end_search(&with);
}
END_TEST

/* Workers read the families while others are joined: once a join changed a family under a reader. */
START_TEST(joins_do_not_depend_on_the_run)
{
    test_search with;
    test_begin_search(&with, 1500000, 60, 77);
    rp_library libraries[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        rp_discover_parameters parameters = PLAIN;
        parameters.kernel = rp_band_select("auto");
        parameters.n_threads = i == 0 ? 1 : 8;
        rp_cover cover;
        rp_discover_figures figures;
        uint64_t n_joins;
        run_search(&with, &parameters, (uint64_t)i * 12, &libraries[i], &cover, &figures, &n_joins);
        ck_assert_uint_ge(n_joins, 4);
        rp_cover_clear(&cover);
    }
    expect_same(&libraries[0], &libraries[1]);
    rp_library_clear(&libraries[0]);
    rp_library_clear(&libraries[1]);
    test_end_search(&with);
}
END_TEST

/* Covers everything that a family's growth has not noted, or not in full; or, where it has noted covered bases too,
 * covers what is free and the other way round: nobody may see a difference. */
static void change_the_rest(rp_cover *cover, const rp_genome *genome, const rp_reads *reads, bool only_grows)
{
    const uint64_t n_blocks = genome->length_bp / RP_READS_BLOCK_BP + 1;
    uint8_t *noted = calloc(n_blocks, 1);
    for (size_t i = 0; i < reads->n; i++)
        if (reads->blocks[i] < n_blocks)
            noted[reads->blocks[i]] = 1;
        else if (!only_grows && (reads->blocks[i] & RP_READS_NUMBER) < n_blocks)
            noted[reads->blocks[i] & RP_READS_NUMBER] = 1;
    for (uint64_t block = 0; block < n_blocks; block++) {
        const uint64_t begin = block * RP_READS_BLOCK_BP, end = begin + RP_READS_BLOCK_BP;
        const rp_interval whole = {begin, end < genome->length_bp ? end : genome->length_bp};
        if (noted[block])
            continue;
        if (!only_grows && rp_bitmask_get(&cover->covered, begin))
            rp_cover_remove(cover, &whole, 1);
        else
            rp_cover_add(cover, &whole, 1);
    }
    free(noted);
}

static void grow_one(rp_builder *builder, const test_search *with, const rp_view *view, uint32_t seed,
                     rp_family *family, rp_reads *reads)
{
    const rp_occurrences occurrences = rp_kmer_index_get(with->index, seed);
    rp_place places[RP_BATCH_PLACES];
    size_t n = 0;
    const unsigned k = rp_kmer_index_k(with->index);
    rp_reads_restart(reads);
    for (uint32_t i = 0; i < occurrences.count && n < RP_BATCH_PLACES; i++) {
        const uint64_t position = rp_kmer_index_position(with->index, occurrences.first + i);
        const bool is_free = rp_view_is_range_free(view, position, k);
        if (is_free || reads->covered_too) /* the seed's own places are looked at by who grows it */
            ck_assert(rp_reads_note(reads, position, position + k));
        if (!is_free)
            continue;
        places[n++] = (rp_place){position, rp_kmer_index_is_reverse(with->index, occurrences.first + i)};
    }
    ck_assert(rp_family_grow(builder, view, with->index, rp_kmer_index_kmer(with->index, &with->genome, seed), places,
                             n, family, reads));
}

/* genome/reads.h: what was seen free and mattered is noted, so covering all else leaves a result as it is; and so does
 * uncovering, where what was seen covered is noted too. */
START_TEST(a_growth_notes_all_that_it_relies_on)
{
    test_search with;
    test_begin_search(&with, 500000, _i % 5 < 3 ? 25 : 3, 90 + (uint64_t)_i); /* few families have many copies */
    rp_builder *builder = rp_builder_create(rp_band_select("auto"), 0);
    ck_assert_ptr_nonnull(builder);
    rp_random random = {(uint64_t)_i};
    const bool only_grows = _i < 5 || _i >= 10;
    rp_reads reads = {.covered_too = _i >= 5};
    rp_library libraries[2] = {{0}};
    enum { MOST_GROWN = 40 };
    unsigned n_grown = 0;
    for (int tries = 0; tries < 4000 && n_grown < MOST_GROWN; tries++) {
        const uint32_t seed = (uint32_t)rp_random_below(&random, rp_kmer_index_n_kmers(with.index));
        const uint32_t count = rp_kmer_index_get(with.index, seed).count;
        if (count < 4)
            continue;
        rp_cover cover;
        ck_assert(rp_cover_init(&cover, with.genome.length_bp));
        for (int i = 0; i < 100; i++) {
            const uint64_t begin = rp_random_below(&random, with.genome.length_bp - 1000);
            const rp_interval some = {begin, begin + 1 + rp_random_below(&random, 1000)};
            rp_cover_add(&cover, &some, 1);
        }
        const rp_view view = {.genome = &with.genome, .covered = &cover.covered, .excluded = &with.tandem};
        for (int i = 0; i < 2; i++) {
            rp_family family = {0};
            grow_one(builder, &with, &view, seed, &family, &reads);
            ck_assert(rp_library_add(&libraries[i], &family));
            n_grown += i == 0 && rp_family_holds(&family);
            rp_family_clear(&family);
            const uint32_t version = rp_cover_version(&cover);
            if (i == 0) {
                change_the_rest(&cover, &with.genome, &reads, only_grows);
                ck_assert_uint_gt(rp_cover_version(&cover), version);
                ck_assert(!rp_cover_has_grown(&cover, &reads, version));
                ck_assert(only_grows || !rp_cover_has_changed(&cover, &reads, version));
            }
        }
        rp_cover_clear(&cover);
    }
    ck_assert_uint_ge(n_grown, MOST_GROWN);
    expect_same(&libraries[0], &libraries[1]);
    rp_library_clear(&libraries[0]);
    rp_library_clear(&libraries[1]);
    rp_reads_clear(&reads);
    rp_builder_destroy(builder);
    test_end_search(&with);
}
END_TEST

/* A genome of over 2^32 bases of which little exists: two contigs at its ends, each with copies of one element. */
START_TEST(families_beyond_4_gigabases)
{
    enum { N_COPIES = 6, SPACER = 3000, PIECE = N_COPIES * (SPACER + 1500) };
    const uint64_t far = ((uint64_t)1 << 32) + 123457;
    rp_random random = {31};
    char *element = test_random_letters(&random, 1500);
    rp_genome genome = {.length_bp = far + PIECE, .acgt_bp = 2 * PIECE, .n_contigs = 3};
    rp_error error = {""};
    genome.packed_block.stays = true;
    ck_assert(rp_block_resize(&genome.packed_block, (size_t)(genome.length_bp / 4 + 64), "genome", &error) &&
              rp_bitmask_resize(&genome.not_acgt, genome.length_bp));
    genome.packed = genome.packed_block.data;
    genome.contigs = calloc(3, sizeof *genome.contigs);
    for (int c = 0; c < 3; c++)
        genome.contigs[c] = (rp_contig){.name = strdup(&"abc"[c]),
                                        .id_length = 1,
                                        .begin = (uint64_t[]){0, PIECE, far}[c],
                                        .length_bp = c == 1 ? 0 : PIECE};
    for (int c = 0; c < 3; c += 2)
        for (int i = 0; i < N_COPIES; i++) {
            char *spacer = test_random_letters(&random, SPACER);
            uint64_t at = genome.contigs[c].begin + (uint64_t)i * (SPACER + 1500);
            for (int j = 0; j < SPACER + 1500; j++, at++) {
                const bool reverse = i % 2 != 0; /* every other copy on the reverse strand */
                const char letter = j < SPACER ? spacer[j]
                                    : reverse  ? element[1499 - (j - SPACER)]
                                               : element[j - SPACER];
                uint64_t code = (uint64_t)(strchr("ACGT", letter) - "ACGT");
                if (j >= SPACER && reverse)
                    code = 3 - code;
                genome.packed[at / 32] |= code << at % 32 * 2;
            }
            free(spacer);
        }
    const rp_kmer_index_parameters indexed = {.k = 12, .min_frequency = 2, .memory_bytes = 1 << 20, .n_threads = 2};
    rp_bitmask excluded = {0};
    ck_assert(rp_bitmask_init(&excluded, genome.length_bp));
    rp_kmer_index *index = rp_kmer_index_create(&genome, &excluded, &indexed, &error);
    ck_assert_msg(index != NULL, "%s", error.message);
    rp_cover cover;
    ck_assert(rp_cover_init(&cover, genome.length_bp));
    const rp_view view = {.genome = &genome, .covered = &cover.covered, .excluded = &excluded};
    rp_discover_parameters parameters = PLAIN;
    parameters.kernel = rp_band_select("auto");
    rp_library library = {0};
    rp_discover_figures figures;
    ck_assert_msg(rp_discover(&view, index, &cover, &parameters, &library, &figures, &error), "%s", error.message);
    ck_assert_uint_eq(library.n, 1);
    const rp_family *family = &library.items[0];
    ck_assert_uint_ge(family->consensus.n, 1490);
    ck_assert_uint_le(family->consensus.n, 1510);
    ck_assert_uint_eq(family->copies.n, 2 * N_COPIES);
    for (size_t i = 0; i < family->copies.n; i++) {
        const rp_copy *copy = &family->copies.items[i];
        const uint64_t begin = genome.contigs[i < N_COPIES ? 0 : 2].begin + i % N_COPIES * (SPACER + 1500) + SPACER;
        ck_assert_uint_le(copy->begin > begin ? copy->begin - begin : begin - copy->begin, 12);
        ck_assert_int_eq(copy->reverse, (i % 2 != 0) != family->copies.items[0].reverse);
    }
    rp_library_clear(&library);
    rp_cover_clear(&cover);
    rp_kmer_index_destroy(index);
    rp_bitmask_clear(&excluded);
    rp_genome_clear(&genome);
    free(element);
}
END_TEST

Suite *suite_discover(void)
{
    Suite *suite = suite_create("discover");
    TCase *tests = tcase_create("discover");
    tcase_set_timeout(tests, 600);
    tcase_add_loop_test(tests, families_do_not_depend_on_the_run, 0, sizeof RUNS / sizeof RUNS[0]);
    tcase_add_test(tests, a_run_goes_on_from_any_of_its_states);
    tcase_add_test(tests, a_run_that_was_cancelled_goes_on);
    tcase_add_test(tests, a_growth_is_cut_short_when_the_run_is_to_end);
    tcase_add_test(tests, survivors_wait_for_who_is_in_their_way);
    tcase_add_test(tests, survivors_come_out_by_their_serials);
    tcase_add_test(tests, limits_do_not_depend_on_the_run);
    tcase_add_test(tests, joins_do_not_depend_on_the_run);
    tcase_add_loop_test(tests, a_growth_notes_all_that_it_relies_on, 0, 15);
    tcase_add_test(tests, families_beyond_4_gigabases);
    suite_add_tcase(suite, tests);
    return suite;
}
