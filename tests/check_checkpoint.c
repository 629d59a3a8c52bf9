/* check_checkpoint.c: checkpoints and their folder; and the corpora of the fuzz targets. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/folder.h"
#include "fuzz/fuzz.h"
#include "suites.h"

static char folder[40];

static void make_folder(void)
{
    strcpy(folder, "/tmp/reprise-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

/* A checkpoint in which every field has a value of its own. */
static rp_checkpoint make_checkpoint(rp_random *random)
{
    rp_checkpoint kept = {
        .binding = {.parameters = strdup("{\"--kmer\":0}"), .genome_bp = 100000, .k = 13},
        .state = {.mark = RP_MARK_GROW_REST,
                  .n_seeds = {71, 72},
                  .n_first_pass = 1,
                  .join_pass = 2,
                  .joined = {.n_tried = 11, .n_end_joins = 12, .n_interior_joins = 13, .n_circles = 14},
                  .n_derived = 15,
                  .n_before = 2,
                  .polish = {.round = 1}}};
    memset(kept.binding.digest, 'd', 32);
    memset(kept.binding.mask_digest, 'm', 32);
    uint64_t *words = malloc(3 * sizeof *words);
    for (int i = 0; i < 3; i++)
        words[i] = rp_random_next(random);
    kept.state.passes[0] = (rp_discover_state){
        .tier = 1, .n_families_at_tier = 1, .n_pairs = 21, .n_rejected = 22, .n_failed = 23, .n_tandem = 24};
    kept.state.passes[1] = (rp_discover_state){
        .under_way = true, .tier = 5, .n_families_at_tier = 2, .n_seed_words = 3, .used_seeds = words, .n_pairs = 31};
    for (int f = 0; f < 3; f++) {
        rp_family family = {.tandem = f == 1, .seed = {rp_random_next(random), 13, 40 + (uint32_t)f}};
        for (int i = 0; i < 100 * f; i++)
            ck_assert(rp_codes_push(&family.consensus, (uint8_t)rp_random_below(random, 4)));
        for (int i = 0; i < 4 * f; i++)
            ck_assert(rp_copies_push(&family.copies, (rp_copy){.begin = (uint64_t)(1000 * f + 10 * i),
                                                               .end = (uint64_t)(1000 * f + 10 * i + 9),
                                                               .consensus_begin = 1,
                                                               .consensus_end = 90,
                                                               .score = -i,
                                                               .reverse = i % 2 == 1,
                                                               .anchor_place = i == 0 ? RP_NO_ANCHOR : 50}));
        ck_assert(rp_library_add(&kept.state.library, &family));
        rp_family_clear(&family);
    }
    ck_assert(rp_intervals_push(&kept.state.cover, (rp_interval){5, 500}) &&
              rp_intervals_push(&kept.state.cover, (rp_interval){600, 100000}));
    ck_assert(rp_intervals_push(&kept.state.polish.resting, (rp_interval){7, 8}));
    kept.state.source = malloc(2 * sizeof *kept.state.source);
    size_t *active = malloc(sizeof *active);
    kept.state.source[0] = 2;
    kept.state.source[1] = 0;
    active[0] = 1;
    kept.state.n_source = 2;
    kept.state.polish.active = active;
    kept.state.polish.n_active = 1;
    return kept;
}

static void write_to(const rp_checkpoint *kept, const char *path)
{
    rp_error error = {""};
    rp_file *file = rp_checkpoint_write(&kept->binding, &kept->state, path, &error);
    ck_assert_ptr_nonnull(file);
    ck_assert_msg(rp_file_finish(file, &error) && rp_file_commit(file, &error), "%s", error.message);
    rp_file_destroy(file);
}

START_TEST(what_is_written_is_read)
{
    enum { ROOM = 1 << 16 };
    static uint8_t first[ROOM], second[ROOM];
    rp_random random = {3};
    make_folder();
    char path[80], again[80];
    snprintf(path, sizeof path, "%s/state", folder);
    snprintf(again, sizeof again, "%s/again", folder);
    rp_checkpoint kept = make_checkpoint(&random), read;
    rp_error error = {""};
    write_to(&kept, path);
    ck_assert_int_eq(rp_checkpoint_read(&read, path, &error), RP_CHECKPOINT_READ);
    ck_assert_str_eq(read.binding.parameters, kept.binding.parameters);
    ck_assert_int_eq(read.state.mark, RP_MARK_GROW_REST);
    ck_assert(rp_run_state_in_pass(&read.state) && !read.state.passes[0].under_way);
    ck_assert_uint_eq(read.state.library.n, 3);
    ck_assert_uint_eq(read.state.library.items[2].copies.n, 8);
    ck_assert_int_eq(read.state.library.items[2].copies.items[3].score, -3);
    ck_assert(read.state.library.items[1].tandem && !read.state.library.items[2].tandem);
    ck_assert_int_eq(memcmp(read.state.passes[1].used_seeds, kept.state.passes[1].used_seeds, 24), 0);
    ck_assert_uint_eq(read.state.cover.items[1].begin, 600);
    /* all the rest: what was read is written as the same bytes */
    write_to(&read, again);
    const size_t n = test_contents(path, first, ROOM);
    ck_assert_uint_gt(n, 500);
    ck_assert_uint_eq(test_contents(again, second, ROOM), n);
    ck_assert_int_eq(memcmp(first, second, n), 0);
    rp_checkpoint_clear(&read);
    rp_checkpoint_clear(&kept);
    unlink(path);
    unlink(again);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* A number of up to `most`: often 0, often the most. */
static uint64_t extreme(rp_random *random, uint64_t most)
{
    switch (rp_random_below(random, 4)) {
    case 0: return 0;
    case 1: return most;
    default: return most < UINT64_MAX ? rp_random_below(random, most + 1) : rp_random_next(random);
    }
}

static void random_intervals(rp_random *random, rp_intervals *intervals, uint64_t genome_bp)
{
    for (uint64_t n = extreme(random, 9); n > 0; n--) {
        const uint64_t end = extreme(random, genome_bp);
        ck_assert(rp_intervals_push(intervals, (rp_interval){extreme(random, end), end}));
    }
}

static size_t *random_sizes(rp_random *random, size_t n, size_t below)
{
    size_t *sizes = malloc((n + 1) * sizeof *sizes);
    for (size_t i = 0; i < n; i++)
        sizes[i] = (size_t)extreme(random, below - 1);
    return sizes;
}

static rp_family random_family(rp_random *random, uint64_t genome_bp)
{
    rp_family family = {.tandem = extreme(random, 1) != 0};
    family.seed = (rp_seed){.kmer = extreme(random, UINT64_MAX),
                            .k = 1 + (uint32_t)extreme(random, RP_KMER_MAX - 1),
                            .count = (uint32_t)extreme(random, UINT32_MAX)};
    const uint32_t n = (uint32_t)extreme(random, RP_CONSENSUS_MAX_BP);
    ck_assert(rp_codes_reserve(&family.consensus, n + 1));
    for (; family.consensus.n < n; family.consensus.n++)
        family.consensus.items[family.consensus.n] = (uint8_t)rp_random_below(random, 4);
    for (uint64_t copies = extreme(random, 20); copies > 0; copies--) {
        const uint64_t end = 1 + extreme(random, genome_bp - 1);
        const uint32_t stop = (uint32_t)extreme(random, n);
        const rp_copy copy = {.begin = extreme(random, end - 1),
                              .end = end,
                              .reverse = extreme(random, 1) != 0,
                              .consensus_begin = (uint32_t)extreme(random, stop),
                              .consensus_end = stop,
                              .score = (int32_t)(uint32_t)extreme(random, UINT32_MAX),
                              .anchor_place = extreme(random, 1) != 0 ? RP_NO_ANCHOR : (uint32_t)extreme(random, n)};
        ck_assert(rp_copies_push(&family.copies, copy));
    }
    return family;
}

static rp_discover_state random_pass(rp_random *random, size_t n_families, uint64_t least_families, bool under_way)
{
    rp_discover_state pass = {.under_way = under_way,
                              .tier = (uint32_t)extreme(random, UINT32_MAX),
                              .n_families_at_tier = least_families + extreme(random, n_families - least_families),
                              .n_pairs = extreme(random, UINT64_MAX),
                              .n_rejected = extreme(random, UINT64_MAX),
                              .n_failed = extreme(random, UINT64_MAX),
                              .n_tandem = extreme(random, UINT64_MAX),
                              .n_seed_words = under_way ? extreme(random, 50) : 0};
    uint64_t *words = malloc((size_t)(pass.n_seed_words + 1) * sizeof *words);
    for (uint64_t i = 0; i < pass.n_seed_words; i++)
        words[i] = extreme(random, UINT64_MAX);
    pass.used_seeds = words;
    return pass;
}

/* Any state that a run may be in, each number at its ends. */
static rp_checkpoint random_checkpoint(rp_random *random)
{
    const uint64_t genome_bp = 1 + extreme(random, (UINT64_C(1) << 46) - 2);
    rp_checkpoint kept = {
        .binding = {.genome_bp = genome_bp, .k = RP_KMER_MIN + (uint32_t)extreme(random, RP_KMER_MAX - RP_KMER_MIN)},
        .state = {.mark = (rp_mark)rp_random_below(random, RP_N_MARKS),
                  .n_seeds = {extreme(random, UINT64_MAX), extreme(random, UINT64_MAX)},
                  .join_pass = (uint32_t)extreme(random, RP_JOIN_PASSES),
                  .n_derived = extreme(random, UINT64_MAX),
                  .polish = {.round = (unsigned)extreme(random, UINT32_MAX)}}};
    kept.state.joined = (rp_join_figures){.n_tried = extreme(random, UINT64_MAX),
                                          .n_end_joins = extreme(random, UINT64_MAX),
                                          .n_interior_joins = extreme(random, UINT64_MAX),
                                          .n_circles = extreme(random, UINT64_MAX)};
    const size_t n_text = (size_t)extreme(random, 1 << 16);
    kept.binding.parameters = malloc(n_text + 1);
    memset(kept.binding.parameters, 'p', n_text);
    kept.binding.parameters[n_text] = '\0';
    memset(kept.binding.digest, 'd', (size_t)extreme(random, 32));
    memset(kept.binding.mask_digest, 'm', (size_t)extreme(random, 32));
    for (uint64_t n = extreme(random, 5); n > 0; n--) {
        rp_family family = random_family(random, genome_bp);
        ck_assert(rp_library_add(&kept.state.library, &family));
        rp_family_clear(&family);
    }
    const size_t n = kept.state.library.n;
    const bool in_pass = kept.state.mark <= RP_MARK_GROW_REST && extreme(random, 1) != 0;
    kept.state.n_first_pass = extreme(random, n);
    kept.state.n_before = (size_t)extreme(random, n);
    for (int i = 0; i < 2; i++)
        kept.state.passes[i] = random_pass(random, n, i == 1 && in_pass ? kept.state.n_first_pass : 0,
                                           in_pass && (int)kept.state.mark == i);
    random_intervals(random, &kept.state.cover, genome_bp);
    random_intervals(random, &kept.state.polish.resting, genome_bp);
    kept.state.n_source = n > 0 ? (size_t)extreme(random, n) : 0;
    kept.state.source = random_sizes(random, kept.state.n_source, n);
    kept.state.polish.n_active = (size_t)extreme(random, kept.state.polish.round > 0 ? n : kept.state.n_source);
    kept.state.polish.active = random_sizes(random, kept.state.polish.n_active, n);
    return kept;
}

START_TEST(every_state_that_is_written_can_be_read)
{
    enum { ROOM = 1 << 20 };
    static uint8_t first[ROOM], second[ROOM];
    make_folder();
    char path[80];
    snprintf(path, sizeof path, "%s/state", folder);
    for (uint64_t seed = 1; seed <= 100; seed++) {
        rp_random random = {seed};
        rp_checkpoint kept = random_checkpoint(&random), read;
        rp_error error = {""};
        write_to(&kept, path);
        const size_t n = test_contents(path, first, ROOM);
        ck_assert_uint_lt(n, ROOM);
        ck_assert_msg(rp_checkpoint_read(&read, path, &error) == RP_CHECKPOINT_READ, "seed %d: %s", (int)seed,
                      error.message);
        ck_assert_uint_eq(read.state.library.n, kept.state.library.n);
        for (size_t f = 0; f < read.state.library.n; f++) {
            ck_assert_uint_eq(read.state.library.items[f].consensus.n, kept.state.library.items[f].consensus.n);
            ck_assert_uint_eq(read.state.library.items[f].copies.n, kept.state.library.items[f].copies.n);
        }
        write_to(&read, path);
        ck_assert_msg(test_contents(path, second, ROOM) == n && memcmp(first, second, n) == 0, "seed %d", (int)seed);
        rp_checkpoint_clear(&read);
        rp_checkpoint_clear(&kept);
    }
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* Every byte changed and every length cut: never read, never a crash. */
START_TEST(a_damaged_one_is_not_trusted)
{
    enum { ROOM = 1 << 16 };
    static uint8_t bytes[ROOM];
    rp_random random = {4};
    make_folder();
    char path[80];
    snprintf(path, sizeof path, "%s/state", folder);
    rp_checkpoint kept = make_checkpoint(&random), read;
    write_to(&kept, path);
    rp_checkpoint_clear(&kept);
    const size_t n = test_contents(path, bytes, ROOM);
    for (size_t at = 0; at < n; at++) {
        rp_error error = {""};
        bytes[at] ^= (uint8_t)(1 << at % 8);
        FILE *file = fopen(path, "wb");
        ck_assert_uint_eq(fwrite(bytes, 1, at % 3 == 0 ? at : n, file), at % 3 == 0 ? at : n);
        fclose(file);
        bytes[at] ^= (uint8_t)(1 << at % 8);
        ck_assert_int_eq(rp_checkpoint_read(&read, path, &error), RP_CHECKPOINT_DAMAGED);
        ck_assert_str_ne(error.message, "");
    }
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(one_run_holds_the_folder)
{
    make_folder();
    char prefix[60], state[100];
    snprintf(prefix, sizeof prefix, "%s/x", folder);
    rp_run_folder mine, other;
    rp_error error = {""};
    ck_assert(rp_run_folder_open(&mine, prefix, RP_RUN_OF_PREFIX, &error));
    ck_assert(!rp_run_folder_open(&other, prefix, RP_RUN_OF_PREFIX, &error));
    ck_assert_ptr_nonnull(strstr(error.message, "another run"));
    ck_assert(!rp_run_folder_has_state(&mine));
    snprintf(state, sizeof state, "%s.12.part", mine.state); /* of a run that was killed */
    fclose(fopen(mine.state, "w"));
    fclose(fopen(state, "w"));
    ck_assert(rp_run_folder_has_state(&mine));
    rp_run_folder_close(&mine, false);
    ck_assert(rp_run_folder_open(&mine, prefix, RP_RUN_OF_PREFIX, &error));
    ck_assert_msg(access(state, F_OK) != 0, "parts of earlier runs are removed");
    ck_assert(rp_run_folder_has_state(&mine) && rp_run_folder_set_aside(&mine, &error) &&
              !rp_run_folder_has_state(&mine));
    rp_run_folder_close(&mine, true);
    ck_assert_msg(rmdir(folder) == 0, "nothing is left");
}
END_TEST

typedef struct fuzz_target {
    const char *name;
    int (*run)(const uint8_t *data, size_t n);
} fuzz_target;

static const fuzz_target TARGETS[] = {{"genome", rp_fuzz_genome},         {"library", rp_fuzz_library},
                                      {"features", rp_fuzz_features},     {"index", rp_fuzz_index},
                                      {"checkpoint", rp_fuzz_checkpoint}, {"report", rp_fuzz_report},
                                      {"options", rp_fuzz_options},       {"scan", rp_fuzz_scan}};

/* What fuzzing has found, and where it begins. */
START_TEST(corpora_do_no_harm)
{
    enum { ROOM = 1 << 20 };
    static uint8_t bytes[ROOM];
    char path[600];
    const fuzz_target *target = &TARGETS[_i];
    snprintf(path, sizeof path, "tests/fuzz/corpus/%s", target->name);
    DIR *list = opendir(path);
    ck_assert_ptr_nonnull(list);
    int n = 0;
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s", target->name, entry->d_name);
        ck_assert_int_eq(target->run(bytes, test_contents(path, bytes, ROOM)), 0);
        n++;
    }
    closedir(list);
    ck_assert_int_ge(n, 3);
}
END_TEST

Suite *suite_checkpoint(void)
{
    Suite *suite = suite_create("checkpoint");
    TCase *tests = tcase_create("checkpoint");
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, what_is_written_is_read);
    tcase_add_test(tests, every_state_that_is_written_can_be_read);
    tcase_add_test(tests, a_damaged_one_is_not_trusted);
    tcase_add_test(tests, one_run_holds_the_folder);
    tcase_add_loop_test(tests, corpora_do_no_harm, 0, sizeof TARGETS / sizeof TARGETS[0]);
    suite_add_tcase(suite, tests);
    return suite;
}
