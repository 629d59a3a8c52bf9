/* check_genome.c: reader, packed genome, masks, views, flanks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/account.h"
#include "base/metrics.h"
#include "command/telemetry.h"
#include "genome/base_counts.h"
#include "genome/flank.h"
#include "genome/reader.h"
#include "genome/reads.h"
#include "genome/tandem.h"
#include "genome/text_queue.h"
#include "genome/turns.h"
#include "genome/view.h"
#include "suites.h"

static void expect_letters(const rp_genome *genome, const char *letters)
{
    const size_t n = strlen(letters);
    ck_assert_uint_eq(genome->length_bp, n);
    uint8_t codes[512];
    rp_genome_decode(genome, 0, n, codes);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg("ACGTN"[codes[i]] == letters[i], "base %zu is %c, not %c", i, "ACGTN"[codes[i]], letters[i]);
}

START_TEST(reads_fasta)
{
    rp_genome genome;
    test_genome(&genome, "\n>one with words\r\nACGTn\r\nacgu\r\n>two\n>three\nRYSWKMBDHVX-.*\n");
    ck_assert_uint_eq(genome.n_contigs, 3);
    ck_assert_str_eq(genome.contigs[0].name, "one with words");
    ck_assert_uint_eq(genome.contigs[0].id_length, 3);
    ck_assert_uint_eq(genome.contigs[1].length_bp, 0);
    ck_assert_uint_eq(genome.acgt_bp, 8);
    expect_letters(&genome, "ACGTNACGTNNNNNNNNNNNNNN");
    ck_assert(!rp_bitmask_get(&genome.soft_masked, 3));
    for (uint64_t i = 4; i < 9; i++)
        ck_assert(rp_bitmask_get(&genome.soft_masked, i));
    ck_assert_uint_eq(rp_genome_contig_of(&genome, 8), 0);
    ck_assert_uint_eq(rp_genome_contig_of(&genome, 9), 2);
    rp_genome_clear(&genome);
}
END_TEST

START_TEST(reads_fastq)
{
    rp_genome genome;
    test_genome(&genome, "@r1\nACGT\n+\n@III\n@r2 x\nGG\nCC\n+r2\nII\nII\n");
    ck_assert_uint_eq(genome.n_contigs, 2);
    expect_letters(&genome, "ACGTGGCC");
    rp_genome_clear(&genome);
}
END_TEST

static const struct {
    const char *text, *message;
} BAD_INPUT[] = {
    {"", "empty"},
    {"\n\n", "empty"},
    {"ACGT\n", "neither FASTA nor FASTQ"},
    {">a\nACGT\n>a\nAC\n", "stands twice"},
    {">\nACGT\n", "without a name"},
    {"> x\nACGT\n", "without a name"},
    {">a\nMKLVE\n", "line 2"},
    {">a\nAC\001GT\n", "byte 1"},
    {"@a\nACGT\n+\nIII\n", "4 bases but 3 quality values"},
    {"@a\nACGT\n+\nIIIII\n", "4 bases but 5 quality values"},
    {"@a\nACGT\n", "quality"},
};

START_TEST(refuses_bad_input)
{
    const char *text = BAD_INPUT[_i].text;
    char *path = test_file(text, strlen(text));
    const char *paths[] = {path};
    rp_genome genome;
    rp_error error = {""};
    ck_assert(!rp_genome_read(&genome, paths, 1, false, NULL, &error));
    ck_assert_msg(strstr(error.message, BAD_INPUT[_i].message) != NULL, "'%s'", error.message);
    ck_assert_msg(strstr(error.message, path) != NULL, "'%s'", error.message);
    unlink(path);
    free(path);
}
END_TEST

START_TEST(digest_knows_sequence_and_names)
{
    rp_genome a, b, c;
    test_genome(&a, ">x\nACGTAC\nGT\n");
    test_genome(&b, ">x\nacg\nTACGT\n");
    test_genome(&c, ">y\nACGTACGT\n");
    ck_assert_str_eq(a.digest, b.digest);
    ck_assert_str_ne(a.digest, c.digest);
    rp_genome_clear(&a);
    rp_genome_clear(&b);
    rp_genome_clear(&c);
}
END_TEST

START_TEST(bitmask_at_word_edges)
{
    for (uint64_t n = 1; n < 200; n++) {
        rp_bitmask mask;
        ck_assert(rp_bitmask_init(&mask, n));
        for (uint64_t begin = 0; begin < n; begin += 1 + n / 9)
            for (uint64_t end = begin; end <= n; end += 1 + n / 7) {
                rp_bitmask_set(&mask, begin, end);
                ck_assert_uint_eq(rp_bitmask_count(&mask, 0, n), end - begin);
                ck_assert_uint_eq(rp_bitmask_next(&mask, 0, n, true), begin < end ? begin : n);
                ck_assert_uint_eq(rp_bitmask_next(&mask, begin, n, false), end);
                rp_bitmask_unset(&mask, begin, end);
                ck_assert_uint_eq(rp_bitmask_count(&mask, 0, n), 0);
            }
        rp_bitmask_clear(&mask);
    }
}
END_TEST

START_TEST(adding_an_empty_mask_takes_no_memory)
{
#ifndef RP_SANITIZED
    rp_bitmask mask, more;
    const uint64_t n = (uint64_t)1 << 31; /* 256 MB */
    ck_assert(rp_bitmask_init(&mask, n) && rp_bitmask_init(&more, n));
    rp_bitmask_set(&more, n - 70, n - 3);
    const uint64_t before = rp_resident_bytes();
    rp_bitmask_add(&mask, &more);
    ck_assert_uint_lt(rp_resident_bytes(), before + (16 << 20));
    ck_assert_uint_eq(rp_bitmask_count(&mask, 0, n), 67);
    rp_bitmask_clear(&mask);
    rp_bitmask_clear(&more);
#endif
}
END_TEST

/* The letter of a walk's base as the definition has it. */
static uint8_t naive_code(const rp_view *view, uint64_t origin, bool reverse, uint64_t t)
{
    const rp_genome *genome = view->genome;
    const size_t contig = rp_genome_contig_of(genome, reverse && origin > 0 ? origin - 1 : origin);
    const uint64_t begin = genome->contigs[contig].begin, end = begin + genome->contigs[contig].length_bp;
    if (reverse ? origin < begin + t + 1 : origin + t >= end)
        return RP_BASE_NONE;
    const uint64_t at = reverse ? origin - 1 - t : origin + t;
    if (rp_bitmask_get(&genome->not_acgt, at))
        return RP_BASE_NONE;
    bool covered = rp_bitmask_get(view->covered, at);
    for (size_t i = 0; i < view->n_lifted; i++)
        covered &= !(view->lifted[i].begin <= at && at < view->lifted[i].end);
    const unsigned code = rp_genome_base(genome, at);
    return covered ? RP_BASE_NONE : (uint8_t)(reverse ? 3 - code : code);
}

START_TEST(views_and_flanks_agree_with_the_definition)
{
    rp_random random = {11};
    char text[1024] = "";
    for (int i = 0; i < 4; i++) {
        char *letters = test_random_letters(&random, 60 + (size_t)i * 37);
        letters[17] = 'N';
        sprintf(text + strlen(text), ">c%d\n%s\n", i, letters);
        free(letters);
    }
    rp_genome genome;
    test_genome(&genome, text);
    rp_bitmask covered;
    ck_assert(rp_bitmask_init(&covered, genome.length_bp));
    rp_bitmask_set(&covered, 40, 130);
    rp_bitmask_set(&covered, 200, 203);
    const rp_interval lifted[] = {{50, 64}, {64, 90}, {201, 202}};
    const rp_view view = {.genome = &genome, .covered = &covered, .lifted = lifted, .n_lifted = 3};
    for (uint64_t origin = 0; origin <= genome.length_bp; origin++)
        for (int reverse = 0; reverse < 2; reverse++) {
            if ((reverse && origin == 0) || (!reverse && origin == genome.length_bp))
                continue;
            const rp_strand_walk walk = rp_view_walk(&view, origin, reverse);
            uint8_t codes[64];
            rp_view_decode(&view, &walk, 0, 64, codes);
            const rp_flank flank = rp_flank_read(&view, &walk);
            for (unsigned t = 0; t < 64; t++) {
                const uint8_t expected = naive_code(&view, origin, reverse, t);
                ck_assert_uint_eq(codes[t], expected);
                ck_assert_uint_eq(flank.valid >> t & 1, expected < 4);
                if (expected < 4)
                    ck_assert_uint_eq((flank.high >> t & 1) * 2 + (flank.low >> t & 1), expected);
            }
        }
    rp_bitmask_clear(&covered);
    rp_genome_clear(&genome);
}
END_TEST

START_TEST(a_walk_beyond_a_stretch_stays_in_its_contig)
{
    rp_genome genome;
    test_genome(&genome, ">a\nACGTACGTAC\n>b\nGGGGGCCCCC\n>c\nTTTTTTTTTT\n");
    const rp_view view = {.genome = &genome};
    for (uint64_t begin = 10; begin < 20; begin++)
        for (uint64_t end = begin + 1; end <= 20; end++) {
            ck_assert_uint_eq(rp_view_walk_beyond(&view, begin, end, true).limit_bp, begin - 10);
            ck_assert_uint_eq(rp_view_walk_beyond(&view, begin, end, false).limit_bp, 20 - end);
            rp_flank flanks[2];
            rp_flanks_read(&view, begin, end, &flanks[0], &flanks[1]);
            for (int reverse = 0; reverse < 2; reverse++) {
                const rp_strand_walk walk = rp_view_walk_beyond(&view, begin, end, reverse);
                const rp_flank one = rp_flank_read(&view, &walk);
                ck_assert_uint_eq(flanks[reverse].valid, one.valid);
                ck_assert_uint_eq(flanks[reverse].high & one.valid, one.high & one.valid);
                ck_assert_uint_eq(flanks[reverse].low & one.valid, one.low & one.valid);
            }
        }
    rp_genome_clear(&genome);
}
END_TEST

START_TEST(each_position_has_its_contig_of_very_many)
{
    rp_random random = {11};
    enum { N = 3000 };
    char *text = malloc(N * 120), *at = text;
    for (int i = 0; i < N; i++) { /* short, long and empty ones */
        const uint64_t n = rp_random_below(&random, 3) == 0 ? 0 : rp_random_below(&random, i % 100 == 0 ? 90 : 9);
        at += sprintf(at, ">c%d\n%.*s\n", i, (int)n,
                      "ACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCA");
    }
    rp_genome genome;
    test_genome(&genome, text);
    ck_assert_ptr_nonnull(genome.contig_at);
    for (size_t i = 0; i < genome.n_contigs; i++)
        for (uint64_t j = 0; j < genome.contigs[i].length_bp; j++)
            ck_assert_uint_eq(rp_genome_contig_of(&genome, genome.contigs[i].begin + j), i);
    rp_genome_clear(&genome);
    free(text);
}
END_TEST

START_TEST(flank_extension_agrees_with_a_loop)
{
    rp_random random = {5};
    for (int trial = 0; trial < 20000; trial++) {
        uint64_t same = rp_random_next(&random);
        if (trial % 2 == 0)
            same |= rp_random_next(&random) | rp_random_next(&random);
        same = trial == 0 ? UINT64_MAX : trial == 1 ? 0 : same;
        int score = 0, best = 0;
        unsigned at_best = 0;
        for (unsigned i = 0; i < 64; i++) {
            score += same >> i & 1 ? 1 : -1;
            if (score > best) {
                best = score;
                at_best = i + 1;
            }
            if (score <= best - RP_FLANK_DROP)
                break;
        }
        unsigned reached;
        ck_assert_int_eq(rp_flank_extend(same, &reached), best);
        ck_assert_uint_eq(reached, at_best);
    }
}
END_TEST

START_TEST(tandem_mask_finds_a_satellite)
{
    rp_random random = {3};
    char *left = test_random_letters(&random, 5000), *unit = test_random_letters(&random, 31);
    char *right = test_random_letters(&random, 5000);
    char *text = malloc(20000);
    strcpy(text, ">a\n");
    strcat(text, left);
    for (int i = 0; i < 40; i++)
        strcat(text, unit);
    strcat(text, right);
    strcat(text, "\n");
    rp_genome genome;
    test_genome(&genome, text);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        rp_bitmask mask;
        rp_error error = {""};
        ck_assert(rp_tandem_mask(&mask, &genome, threads, &error));
        ck_assert_uint_ge(rp_bitmask_count(&mask, 5000, 5000 + 1240), 1240 - 31);
        ck_assert_uint_le(rp_bitmask_count(&mask, 0, genome.length_bp), 1240 + 2 * 64);
        rp_bitmask_clear(&mask);
    }
    rp_genome_clear(&genome);
    free(left);
    free(right);
    free(unit);
    free(text);
}
END_TEST

START_TEST(copies_with_a_spacer_are_no_tandem_repeat)
{
    rp_random random = {4};
    char *text = calloc(1, 20000), *element = test_random_letters(&random, 280);
    strcpy(text, ">a\n");
    for (int i = 0; i < 8; i++) { /* equally spaced: the distance is the same throughout */
        char *spacer = test_random_letters(&random, 500);
        strcat(strcat(text, spacer), element);
        free(spacer);
    }
    strcat(text, "\n");
    rp_genome genome;
    test_genome(&genome, text);
    rp_bitmask mask;
    rp_error error = {""};
    ck_assert(rp_tandem_mask(&mask, &genome, 2, &error));
    ck_assert_uint_eq(rp_bitmask_count(&mask, 0, genome.length_bp), 0);
    rp_bitmask_clear(&mask);
    rp_genome_clear(&genome);
    free(element);
    free(text);
}
END_TEST

START_TEST(positions_share_a_contig_or_not)
{
    rp_genome genome;
    test_genome(&genome, ">a\nACGT\n>empty\n>b\nACGTACGT\n");
    ck_assert(rp_genome_same_contig(&genome, 0, 3));
    ck_assert(!rp_genome_same_contig(&genome, 3, 4));
    ck_assert(rp_genome_same_contig(&genome, 4, 11));
    rp_genome_clear(&genome);
}
END_TEST

static bool equal_bits(const rp_bitmask *a, const rp_bitmask *b, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if (rp_bitmask_get(a, i) != rp_bitmask_get(b, i))
            return false;
    return true;
}

/* Letters of all kinds in contigs and lines of all lengths. */
static char *messy_fasta(rp_random *random, size_t about, const char *name)
{
    char *text = malloc(2 * about + 100000);
    size_t n = 0;
    for (int c = 0; n < about; c++) {
        n += (size_t)sprintf(text + n, ">%s_%d some words\n", name, c);
        const uint64_t kind = rp_random_below(random, 4);
        const size_t end = n + (size_t)(kind == 0 ? about : rp_random_below(random, kind == 1 ? 100 : 60000));
        const uint64_t width = kind == 0 ? about : 1 + rp_random_below(random, 200);
        for (uint64_t column = 0; n < end && n < about;) {
            const char *letters = rp_random_below(random, 50) == 0  ? "NNRYnn-"
                                  : rp_random_below(random, 2) == 0 ? "ACGT"
                                                                    : "acgtu";
            for (uint64_t i = rp_random_below(random, 90), m = strlen(letters); i > 0; i--, column++) {
                if (column == width) {
                    n += (size_t)sprintf(text + n, rp_random_below(random, 9) == 0 ? "\r\n" : "\n");
                    column = 0;
                }
                text[n++] = letters[rp_random_below(random, m)];
            }
        }
        text[n++] = '\n';
    }
    text[n] = '\0';
    return text;
}

/* A large input streams through threads and a queue; what comes out is what the direct path gives. */
START_TEST(streamed_input_is_the_same)
{
    rp_random random = {77 + (uint64_t)_i};
    enum { N_FILES = 4 };
    static const size_t sizes[N_FILES] = {6000000, 300, 5000000, 70000};
    const char *paths[N_FILES];
    char *owned[N_FILES];
    for (int f = 0; f < N_FILES; f++) {
        char name[16];
        sprintf(name, "f%d", f);
        char *text = messy_fasta(&random, sizes[f], name);
        paths[f] = owned[f] = test_file(text, strlen(text));
        free(text);
    }
    rp_genome direct, streamed;
    rp_error error = {""};
    ck_assert_msg(rp_genome_read(&direct, paths, N_FILES, true, NULL, &error), "%s", error.message);
    rp_tokens io;
    ck_assert(rp_tokens_init(&io, 1 + (unsigned)_i, RP_GAUGE_IO_TOKENS, RP_TIME_IO_TOKEN));
    const rp_reading reading = {.n_threads = (unsigned[]){2, 3, 8}[_i],
                                .queue_bytes = (uint64_t[]){1, 3000000, 100000000}[_i],
                                .io_tokens = &io,
                                .io_depth = 1 + (unsigned)_i};
    rp_metrics_reset();
    ck_assert_msg(rp_genome_read(&streamed, paths, N_FILES, true, &reading, &error), "%s", error.message);
    ck_assert_str_eq(direct.digest, streamed.digest);
    ck_assert_uint_eq(direct.length_bp, streamed.length_bp);
    ck_assert_uint_eq(direct.acgt_bp, streamed.acgt_bp);
    ck_assert_uint_eq(direct.n_contigs, streamed.n_contigs);
    for (size_t c = 0; c < direct.n_contigs; c++) {
        ck_assert_str_eq(direct.contigs[c].name, streamed.contigs[c].name);
        ck_assert_uint_eq(direct.contigs[c].begin, streamed.contigs[c].begin);
        ck_assert_uint_eq(direct.contigs[c].length_bp, streamed.contigs[c].length_bp);
    }
    ck_assert_int_eq(memcmp(direct.packed, streamed.packed, (size_t)(direct.length_bp / 32 + 1) * 8), 0);
    ck_assert(equal_bits(&direct.not_acgt, &streamed.not_acgt, direct.length_bp));
    ck_assert(equal_bits(&direct.soft_masked, &streamed.soft_masked, direct.length_bp));
    ck_assert_int_eq(io.n_free, 1 + _i);
    ck_assert_int_ge(rp_gauge_most(RP_GAUGE_READS), 1);
    ck_assert_int_le(rp_gauge_most(RP_GAUGE_READS), 1 + _i);
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_READS), 0);
    ck_assert_int_eq(rp_gauge_now(RP_GAUGE_QUEUE_BYTES), 0);
    rp_tokens_clear(&io);
    rp_genome_clear(&direct);
    rp_genome_clear(&streamed);
    for (int f = 0; f < N_FILES; f++) {
        unlink(owned[f]);
        free(owned[f]);
    }
    ck_assert_uint_eq(rp_account_taken(), 0);
}
END_TEST

/* Three blocks of small inputs for each of a large one; the longest contig first, and of one contig the
 * oldest block. */
START_TEST(blocks_come_out_by_turns_and_the_longest_contig_first)
{
    rp_tokens cpu;
    rp_text_queue queue;
    ck_assert(rp_tokens_init(&cpu, 1, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN));
    ck_assert(rp_text_queue_init(&queue, UINT64_C(100) * RP_TEXT_BLOCK_BYTES, 1));
    rp_tokens_take(&cpu);
    static const struct {
        int file; /* 0: large */
        size_t contig;
        uint64_t contig_bp; /* known by then */
    } put[] = {{0, 0, 100}, {0, 1, 500}, {1, 0, 10}, {0, 0, 900}, {1, 1, 40},
               {2, 0, 20},  {2, 1, 30},  {1, 2, 5},  {0, 2, 700}};
    static const size_t order[] = {0, 4, 6, 5, 3, 2, 7, 8, 1}; /* block 0 is of a contig that has grown to 900 */
    enum { N = sizeof put / sizeof put[0] };
    int files[3];
    rp_text_block *other, *blocks[N];
    for (size_t i = 0; i < N; i++) {
        blocks[i] = rp_text_queue_begin(&queue, N, &other, &cpu);
        ck_assert_ptr_nonnull(blocks[i]);
        blocks[i]->file = &files[put[i].file];
        blocks[i]->is_small = put[i].file != 0;
        blocks[i]->contig = put[i].contig;
        blocks[i]->contig_bp = put[i].contig_bp;
        rp_text_queue_put(&queue, blocks[i]);
    }
    for (size_t i = 0; i < N; i++) {
        rp_text_block *taken = rp_text_queue_take(&queue, &cpu);
        ck_assert_msg(taken == blocks[order[i]], "number %zu is not block %zu", i, order[i]);
        rp_text_queue_done(&queue, taken);
    }
    rp_text_queue_end_writer(&queue);
    ck_assert_ptr_null(rp_text_queue_take(&queue, &cpu));
    rp_text_queue_clear(&queue);
    rp_tokens_give(&cpu);
    rp_tokens_clear(&cpu);
}
END_TEST

START_TEST(a_full_queue_gives_its_reader_work_and_reuses_blocks)
{
    rp_tokens cpu;
    rp_text_queue queue;
    rp_metrics_reset();
    ck_assert(rp_tokens_init(&cpu, 1, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN));
    ck_assert(rp_text_queue_init(&queue, 2 * RP_TEXT_BLOCK_BYTES, 1));
    rp_tokens_take(&cpu);
    rp_text_block *other = NULL, *first = NULL;
    for (int i = 0; i < 2; i++) {
        rp_text_block *block = rp_text_queue_begin(&queue, 100, &other, &cpu);
        ck_assert(block != NULL && other == NULL);
        block->file = &queue;
        block->is_small = false;
        block->contig = 0;
        block->contig_bp = 5;
        first = first == NULL ? block : first;
        rp_text_queue_put(&queue, block);
    }
    for (int i = 0; i < 4; i++) { /* nobody else takes them: a reader that waited would wait for ever */
        ck_assert_ptr_null(rp_text_queue_begin(&queue, 100, &other, &cpu));
        ck_assert(i > 0 || other == first);
        rp_text_queue_done(&queue, other);
        rp_text_block *block = rp_text_queue_begin(&queue, 100, &other, &cpu);
        ck_assert(block != NULL && other == NULL);
        rp_text_queue_put(&queue, block);
    }
    ck_assert_ptr_null(rp_text_queue_begin(&queue, 1, &other, &cpu)); /* more wait than are enough */
    rp_text_queue_done(&queue, other);
    ck_assert_uint_eq(rp_counted(RP_COUNT_BLOCKS), 6);
    ck_assert(rp_block_reuse() > 0.66 && rp_block_reuse() < 0.67);
    rp_text_queue_clear(&queue);
    rp_tokens_give(&cpu);
    rp_tokens_clear(&cpu);
}
END_TEST

START_TEST(small_and_large_inputs_take_turns)
{
    enum { LARGE = RP_TURNS_SMALL_BYTES + 1 };
    const uint64_t bytes[] = {5, LARGE, 7, 7, RP_TURNS_SMALL_BYTES, 2, LARGE + 9, UINT64_MAX, 1, 3};
    static const size_t expected[] = {7, 4, 2, 3, 6, 0, 9, 5, 1, 8};
    size_t order[10];
    ck_assert(rp_turns_order(bytes, 10, order));
    ck_assert_int_eq(memcmp(order, expected, sizeof order), 0);
    ck_assert(rp_turns_order(bytes, 0, order));
    ck_assert(rp_turns_order((const uint64_t[]){1, 1, 1, 1, 1}, 5, order));
    ck_assert(order[0] == 0 && order[4] == 4);
}
END_TEST

/* The first error in the order of files and lines is told, whoever meets one first. */
START_TEST(errors_in_streamed_input_are_those_of_the_direct_path)
{
    static const char *const bad[] = {"\nACGTE\n", "\n>f0_0 again\nACGT\n", "\n>\nACGT\n", "\nAC GT\nACGT!\n"};
    rp_random random = {5};
    const rp_reading reading = {.n_threads = 3, .queue_bytes = 2000000};
    char *good = messy_fasta(&random, 9000000, "f0"), *second = messy_fasta(&random, 9000000, "f1");
    const size_t n = strlen(good), m = strlen(second);
    good = realloc(good, n + 100);
    second = realloc(second, m + 100);
    strcpy(good + n, bad[_i]);
    strcpy(second + m, "\nACGTQQ\n");
    char *paths[2] = {test_file(good, strlen(good)), test_file(second, strlen(second))};
    rp_genome genome;
    rp_error direct = {""}, streamed = {""};
    ck_assert(!rp_genome_read(&genome, (const char *const *)paths, _i == 1 ? 1 : 2, false, NULL, &direct));
    ck_assert(!rp_genome_read(&genome, (const char *const *)paths, _i == 1 ? 1 : 2, false, &reading, &streamed));
    ck_assert_str_eq(direct.message, streamed.message);
    ck_assert_ptr_nonnull(strstr(direct.message, paths[0]));
    for (int f = 0; f < 2; f++) {
        unlink(paths[f]);
        free(paths[f]);
    }
    free(good);
    free(second);
    ck_assert_uint_eq(rp_account_taken(), 0);
}
END_TEST

START_TEST(bases_are_counted_alike_in_codes_planes_and_genome)
{
    rp_random random = {77};
    char *letters = test_random_letters(&random, 300), text[400];
    for (size_t i = 90; i < 99; i++)
        letters[i] = 'N';
    sprintf(text, ">a\n%s\n", letters);
    rp_genome genome;
    test_genome(&genome, text);
    const rp_view view = {.genome = &genome};
    uint8_t codes[300];
    rp_genome_decode(&genome, 0, 300, codes);
    for (uint64_t begin = 0; begin < 200; begin += 7)
        for (uint64_t n = 0; n <= 100; n++) {
            rp_base_counts expected = {{0}}, by_codes = {{0}}, by_genome = {{0}};
            for (uint64_t i = begin; i < begin + n; i++)
                if (codes[i] < 4)
                    expected.n[codes[i]]++;
            rp_base_counts_add_codes(&by_codes, codes + begin, n);
            rp_base_counts_add_genome(&by_genome, &genome, begin, begin + n);
            ck_assert_mem_eq(&by_codes, &expected, sizeof expected);
            ck_assert_mem_eq(&by_genome, &expected, sizeof expected);
            if (n != RP_FLANK_BP)
                continue;
            rp_base_counts forward = {{0}}, reverse = {{0}};
            const rp_strand_walk right = rp_view_walk(&view, begin, false), left = rp_view_walk(&view, begin + n, true);
            const rp_flank flanks[2] = {rp_flank_read(&view, &right), rp_flank_read(&view, &left)};
            rp_base_counts_add_flank(&forward, &flanks[0]);
            rp_base_counts_add_flank(&reverse, &flanks[1]);
            reverse = rp_base_counts_turned(&reverse);
            ck_assert_mem_eq(&forward, &expected, sizeof expected);
            ck_assert_mem_eq(&reverse, &expected, sizeof expected);
        }
    rp_genome_clear(&genome);
    free(letters);
}
END_TEST

START_TEST(a_stretch_is_appended_as_a_strand_reads_it)
{
    rp_genome genome;
    test_genome(&genome, ">a\nACGTNACCC\n");
    rp_codes codes = {0};
    ck_assert(rp_genome_append(&genome, 2, 5, false, &codes) && rp_genome_append(&genome, 2, 5, true, &codes));
    static const char expected[] = "GTAAC"
                                   "GTTAC"; /* of the forward strand, the N is an A */
    ck_assert_uint_eq(codes.n, 10);
    for (size_t i = 0; i < 10; i++)
        ck_assert_int_eq(rp_code_letter(codes.items[i]), expected[i]);
    ck_assert_uint_eq(rp_genome_code(&genome, 4, true), RP_BASE_NONE);
    ck_assert_uint_eq(rp_genome_code(&genome, 5, true), RP_BASE_T);
    free(codes.items);
    rp_genome_clear(&genome);
}
END_TEST

/* What is subtracted begins before, within and behind, covers all, and touches. */
START_TEST(intervals_are_subtracted_base_by_base)
{
    const rp_interval from[] = {{10, 20}, {30, 60}, {70, 80}, {90, 100}, {110, 112}},
                      less[] = {{0, 5}, {15, 35}, {40, 41}, {50, 60}, {65, 85}, {100, 105}, {111, 200}};
    const rp_intervals all = {.items = (rp_interval *)from, .n = 5}, some = {.items = (rp_interval *)less, .n = 7};
    rp_intervals left = {0}, none = {0};
    bool has[256] = {false};
    ck_assert(rp_intervals_subtract(&all, &some, &left));
    for (size_t i = 0; i < left.n; i++)
        for (uint64_t at = left.items[i].begin; at < left.items[i].end; at++)
            has[at] = true;
    for (uint64_t at = 0; at < 256; at++) {
        bool expected = false;
        for (size_t i = 0; i < all.n; i++)
            expected |= at >= from[i].begin && at < from[i].end;
        for (size_t i = 0; i < some.n; i++)
            expected &= at < less[i].begin || at >= less[i].end;
        ck_assert_msg(has[at] == expected, "base %u", (unsigned)at);
    }
    left.n = 0;
    ck_assert(rp_intervals_subtract(&all, &none, &left));
    ck_assert_uint_eq(left.n, all.n);
    left.n = 0;
    ck_assert(rp_intervals_subtract(&none, &all, &left));
    ck_assert_uint_eq(left.n, 0);
    free(left.items);
}
END_TEST

START_TEST(settled_notes_have_each_block_once)
{
    rp_reads reads = {0};
    for (unsigned round = 0; round < 2; round++)
        for (uint64_t block = 3 * RP_READS_RECENT; block-- > 0;)
            ck_assert(rp_reads_note(&reads, block * RP_READS_BLOCK_BP, block * RP_READS_BLOCK_BP + 1));
    ck_assert_uint_gt(reads.n, 3 * RP_READS_RECENT);
    rp_reads_settle(&reads);
    ck_assert_uint_eq(reads.n, 3 * RP_READS_RECENT);
    ck_assert_uint_eq(reads.capacity, reads.n);
    for (uint32_t i = 0; i < reads.n; i++)
        ck_assert_uint_eq(reads.blocks[i], i);
    ck_assert(rp_reads_note(&reads, 0, 1)); /* it may go on */
    rp_reads_clear(&reads);
    rp_reads_settle(&reads);
    ck_assert_uint_eq(reads.n, 0);
}
END_TEST

Suite *suite_genome(void)
{
    Suite *suite = suite_create("genome");
    TCase *tests = tcase_create("genome");
    tcase_add_test(tests, a_stretch_is_appended_as_a_strand_reads_it);
    tcase_add_test(tests, intervals_are_subtracted_base_by_base);
    tcase_add_test(tests, settled_notes_have_each_block_once);
    tcase_add_test(tests, reads_fasta);
    tcase_add_test(tests, reads_fastq);
    tcase_add_loop_test(tests, refuses_bad_input, 0, sizeof BAD_INPUT / sizeof BAD_INPUT[0]);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, streamed_input_is_the_same, 0, 3);
    tcase_add_test(tests, blocks_come_out_by_turns_and_the_longest_contig_first);
    tcase_add_test(tests, a_full_queue_gives_its_reader_work_and_reuses_blocks);
    tcase_add_test(tests, small_and_large_inputs_take_turns);
    tcase_add_loop_test(tests, errors_in_streamed_input_are_those_of_the_direct_path, 0, 4);
    tcase_add_test(tests, digest_knows_sequence_and_names);
    tcase_add_test(tests, bitmask_at_word_edges);
    tcase_add_test(tests, adding_an_empty_mask_takes_no_memory);
    tcase_add_test(tests, views_and_flanks_agree_with_the_definition);
    tcase_add_test(tests, a_walk_beyond_a_stretch_stays_in_its_contig);
    tcase_add_test(tests, each_position_has_its_contig_of_very_many);
    tcase_add_test(tests, flank_extension_agrees_with_a_loop);
    tcase_add_test(tests, tandem_mask_finds_a_satellite);
    tcase_add_test(tests, copies_with_a_spacer_are_no_tandem_repeat);
    tcase_add_test(tests, positions_share_a_contig_or_not);
    tcase_add_test(tests, bases_are_counted_alike_in_codes_planes_and_genome);
    suite_add_tcase(suite, tests);
    return suite;
}
