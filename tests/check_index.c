/* check_index.c: the k-mer index against counting by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/account.h"
#include "index/duplicates.h"
#include "index/file.h"
#include "index/kmer_index.h"
#include "suites.h"

static rp_kmer_index *build(const rp_genome *genome, unsigned k, unsigned threads, uint64_t memory)
{
    const rp_kmer_index_parameters parameters = {
        .k = k, .min_frequency = 2, .memory_bytes = memory, .n_threads = threads};
    rp_error error = {""};
    rp_kmer_index *index = rp_kmer_index_create(genome, NULL, &parameters, &error);
    ck_assert_msg(index != NULL, "%s", error.message);
    return index;
}

/* Canonical k-mer at a position, or UINT64_MAX where there is none in the position's contig. */
static uint64_t naive_kmer(const rp_genome *genome, uint64_t position, unsigned k)
{
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, position)];
    if (position + k > contig->begin + contig->length_bp)
        return UINT64_MAX;
    uint64_t kmer = 0;
    for (unsigned i = 0; i < k; i++) {
        if (rp_bitmask_get(&genome->not_acgt, position + i))
            return UINT64_MAX;
        kmer = kmer << 2 | rp_genome_base(genome, position + i);
    }
    if (rp_kmer_is_periodic(kmer, k))
        return UINT64_MAX;
    const uint64_t other = rp_kmer_reverse_complement(kmer, k);
    return kmer < other ? kmer : other;
}

/* Two masks, of stretches far longer than a k-mer and of single bases, in a genome whose k-mers repeat. */
START_TEST(what_either_mask_has_is_left_out)
{
    enum { K = 13 };
    rp_random random = {77};
    char *half = test_random_letters(&random, 3000), *text = malloc(7000);
    sprintf(text, ">a\n%s\n>b\n%.1500sN%s\n", half, half, half + 1400);
    rp_genome genome;
    test_genome(&genome, text);
    rp_bitmask masks[2];
    for (int m = 0; m < 2; m++) {
        ck_assert(rp_bitmask_init(&masks[m], genome.length_bp));
        for (int i = 0; i < 12; i++) {
            const uint64_t at = rp_random_below(&random, genome.length_bp),
                           end = at + 1 + rp_random_below(&random, i % 3 == 0 ? 2 : 300);
            rp_bitmask_set(&masks[m], at, end < genome.length_bp ? end : genome.length_bp);
        }
    }
    const rp_kmer_index_parameters parameters = {
        .k = K, .min_frequency = 2, .memory_bytes = 8000, .n_threads = 2, .also_excluded = &masks[1]};
    rp_error error = {""};
    rp_kmer_index *index = rp_kmer_index_create(&genome, &masks[0], &parameters, &error);
    ck_assert_msg(index != NULL, "%s", error.message);
    uint64_t n_repeated = 0;
    for (uint64_t p = 0; p < genome.length_bp; p++) {
        const uint64_t kmer = naive_kmer(&genome, p, K);
        uint64_t count = 0;
        for (uint64_t q = 0; q < genome.length_bp && kmer != UINT64_MAX; q++)
            count +=
                naive_kmer(&genome, q, K) == kmer && !rp_bitmask_get(&masks[0], q) && !rp_bitmask_get(&masks[1], q);
        ck_assert_uint_eq(kmer == UINT64_MAX ? 0 : rp_kmer_index_find(index, kmer).count, count >= 2 ? count : 0);
        n_repeated += count >= 2;
    }
    ck_assert_uint_gt(n_repeated, 1000);
    rp_kmer_index_destroy(index);
    rp_bitmask_clear(&masks[0]);
    rp_bitmask_clear(&masks[1]);
    rp_genome_clear(&genome);
    free(half);
    free(text);
}
END_TEST

START_TEST(index_agrees_with_counting)
{
    static const unsigned ks[] = {8, 11, 16, 17, 23};
    const unsigned k = ks[_i];
    rp_random random = {(uint64_t)_i + 40};
    char *text = calloc(1, 40000);
    for (int c = 0; c < 5; c++) {
        char *letters = test_random_letters(&random, 1 + rp_random_below(&random, 4000));
        sprintf(text + strlen(text), ">c%d\n%s\n", c, letters);
        /* the same piece in every contig, so that long k-mers repeat too */
        sprintf(text + strlen(text), "%.*sN%s\n", 300, "ACCATGGATTACAGCCATGAGCCATTGCACCCGGCCAGCTTAGGACTCAATTTCG",
                letters);
        free(letters);
    }
    rp_genome genome;
    test_genome(&genome, text);
    for (unsigned threads = 1; threads <= 4; threads += 3)
        for (uint64_t memory = 1; memory <= 1000000; memory = memory * 1000 + 7000) {
            rp_kmer_index *index = build(&genome, k, threads, memory);
            uint64_t n_positions = 0;
            for (uint64_t p = 0; p < genome.length_bp; p++) {
                const uint64_t kmer = naive_kmer(&genome, p, k);
                if (kmer == UINT64_MAX)
                    continue;
                const rp_occurrences found = rp_kmer_index_find(index, kmer);
                if (p % 97 == 0) { /* a full count, for some positions */
                    uint64_t count = 0, rank = 0;
                    for (uint64_t q = 0; q < genome.length_bp; q++) {
                        const bool same = naive_kmer(&genome, q, k) == kmer;
                        count += same;
                        rank += same && q < p;
                    }
                    ck_assert_uint_eq(found.count, count >= 2 ? count : 0);
                    if (count >= 2) {
                        ck_assert_uint_eq(rp_kmer_index_position(index, found.first + rank), p);
                        const uint64_t here = rp_kmer_at(&genome, p, k);
                        ck_assert_int_eq(rp_kmer_index_is_reverse(index, found.first + rank), here != kmer);
                        ck_assert_uint_eq(rp_kmer_index_kmer(index, &genome, found.id), kmer);
                    }
                }
                n_positions += found.count > 0;
            }
            ck_assert_uint_eq(n_positions, rp_kmer_index_n_positions(index));
            for (uint32_t id = 0; id < rp_kmer_index_n_kmers(index); id++) {
                const rp_occurrences here = rp_kmer_index_get(index, id);
                ck_assert_uint_ge(here.count, 2);
                for (uint32_t i = 1; i < here.count; i++)
                    ck_assert_uint_lt(rp_kmer_index_position(index, here.first + i - 1),
                                      rp_kmer_index_position(index, here.first + i));
                ck_assert_uint_eq(
                    rp_kmer_index_find(index, naive_kmer(&genome, rp_kmer_index_position(index, here.first), k)).id,
                    id);
            }
            rp_kmer_index_destroy(index);
        }
    rp_genome_clear(&genome);
    free(text);
}
END_TEST

START_TEST(empty_genomes_have_empty_indexes)
{
    static const char *const texts[] = {">a\n", ">a\nNNNNNNNNNNNNNNNNNNNNNNNN\n", ">a\nACG\n>b\nA\n"};
    rp_genome genome;
    test_genome(&genome, texts[_i]);
    rp_kmer_index *index = build(&genome, 12, 2, 1000);
    ck_assert_uint_eq(rp_kmer_index_n_kmers(index), 0);
    ck_assert_uint_eq(rp_kmer_index_find(index, 12345).count, 0);
    rp_kmer_index_destroy(index);
    rp_genome_clear(&genome);
}
END_TEST

START_TEST(kmer_arithmetic)
{
    ck_assert_uint_eq(rp_kmer_reverse_complement(0x1b, 4), 0x1b); /* ACGT is its own */
    ck_assert_uint_eq(rp_kmer_reverse_complement(0, 24), rp_kmer_mask(24));
    ck_assert(rp_kmer_is_periodic(0, 12));
    ck_assert(rp_kmer_is_periodic(0x111111, 12));
    ck_assert(!rp_kmer_is_periodic(0x1b8d72, 12));
    ck_assert_uint_eq(rp_kmer_index_default_k(5000000), 14);
    ck_assert_uint_eq(rp_kmer_index_default_k(100000000), 16);
    ck_assert_uint_eq(rp_kmer_index_default_k(0), 12);
}
END_TEST

static void expect_same_index(const rp_kmer_index *a, const rp_kmer_index *b)
{
    ck_assert_uint_eq(rp_kmer_index_n_kmers(a), rp_kmer_index_n_kmers(b));
    ck_assert_uint_eq(rp_kmer_index_n_positions(a), rp_kmer_index_n_positions(b));
    for (uint32_t id = 0; id < rp_kmer_index_n_kmers(a); id++) {
        const rp_occurrences x = rp_kmer_index_get(a, id), y = rp_kmer_index_get(b, id);
        ck_assert_uint_eq(x.count, y.count);
        for (uint32_t i = 0; i < x.count; i++) {
            ck_assert_uint_eq(rp_kmer_index_position(a, x.first + i), rp_kmer_index_position(b, y.first + i));
            ck_assert_int_eq(rp_kmer_index_is_reverse(a, x.first + i), rp_kmer_index_is_reverse(b, y.first + i));
        }
    }
}

/* The reserve is for what comes after the index: a buffer that leaves it alone is a few MB in a budget near the least,
 * and the number of passes grows with the genome. */
START_TEST(the_sort_buffer_may_have_what_is_reserved)
{
    const uint64_t n = UINT64_C(8) << 30, taken = rp_account_taken();
    ck_assert_uint_eq(rp_kmer_index_default_memory(n, false), n / 4 * 3);
    ck_assert_uint_eq(rp_kmer_index_default_memory(n, true), n / 4);
    rp_account_set_limit(taken + n);
    rp_account_set_reserve(n - n / 64);
    ck_assert_uint_eq(rp_kmer_index_default_memory(n, false), n / 6);
    ck_assert_uint_eq(rp_kmer_index_default_memory(n, true), n / 6);
    rp_account_set_limit(0);
    rp_account_set_reserve(0);
}
END_TEST

START_TEST(a_spilled_index_is_the_same)
{
    rp_genome genome;
    test_simulated_genome(&genome, 300000, 8, 3);
    rp_kmer_index *expected = build(&genome, 12, 1, 1000000);
    char folder[] = "/tmp";
    rp_block_set_spill_folder(folder);
    rp_account_set_limit(rp_account_taken() + 100000); /* one part of it finds room */
    rp_kmer_index *spilled = build(&genome, 12, 2, 200000);
    ck_assert_uint_gt(rp_blocks_spilled(), 0);
    expect_same_index(expected, spilled);
    rp_blocks_page_out();
    expect_same_index(expected, spilled);
    rp_kmer_index_destroy(spilled);
    ck_assert_uint_eq(rp_blocks_spilled(), 0);
    rp_account_set_limit(0);
    /* one that was made in memory goes to files, too */
    rp_kmer_index *moved = build(&genome, 12, 2, 200000);
    rp_error error = {""};
    ck_assert_uint_eq(rp_blocks_spilled(), 0);
    ck_assert_msg(rp_kmer_index_spill(moved, &error), "%s", error.message);
    ck_assert_uint_ge(rp_blocks_spilled(), rp_kmer_index_bytes(moved));
    expect_same_index(expected, moved);
    ck_assert(rp_kmer_index_spill(moved, &error));
    rp_kmer_index_destroy(moved);
    ck_assert_uint_eq(rp_blocks_spilled(), 0);
    rp_block_set_spill_folder(NULL);
    rp_kmer_index_destroy(expected);
    rp_genome_clear(&genome);
    ck_assert_uint_eq(rp_account_taken(), 0);
}
END_TEST

static rp_kmer_index *open_index(const char *path, const rp_genome *genome, bool respect_mask, unsigned k,
                                 const char *complaint)
{
    rp_error error = {""};
    rp_kmer_index *index = rp_kmer_index_open(path, genome, respect_mask, k, 2, &error);
    if (complaint == NULL)
        ck_assert_msg(index != NULL, "%s", error.message);
    else
        ck_assert_msg(index == NULL && strstr(error.message, complaint) != NULL && strstr(error.message, path) != NULL,
                      "'%s', not '%s'", error.message, complaint);
    return index;
}

static void overwrite(const char *path, long at, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "r+");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, at, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

/* Saves an index of the genome to a fresh file; its path is to be freed after unlink. */
static char *save_index(const rp_kmer_index *index, const rp_genome *genome, bool respect_mask)
{
    char *path = test_file("", 0);
    rp_error error = {""};
    rp_file *file = rp_file_open(path, &error);
    ck_assert(file != NULL && rp_kmer_index_save(index, genome, respect_mask, 2, file, &error) &&
              rp_file_finish(file, &error) && rp_file_commit(file, &error));
    rp_file_destroy(file);
    return path;
}

START_TEST(an_index_file_is_of_its_lower_case)
{
    static const char *const texts[2] = {">a\nACCATGGATTACAGCCATGAGCCATTGCACCATGGATTACAGCC\n",
                                         ">a\nACCATGGATTACAgccATGAGCCATTGCACCATGGATTACAGCC\n"};
    rp_genome genomes[2];
    for (int i = 0; i < 2; i++)
        test_genome(&genomes[i], texts[i]);
    ck_assert_str_eq(genomes[0].digest, genomes[1].digest);
    ck_assert_str_ne(genomes[0].mask_digest, genomes[1].mask_digest);
    rp_kmer_index *index = build(&genomes[0], 8, 1, 100000);
    for (int respects = 0; respects < 2; respects++) {
        char *path = save_index(index, &genomes[0], respects == 1);
        rp_kmer_index_destroy(open_index(path, &genomes[0], respects == 1, 0, NULL));
        rp_kmer_index_destroy(open_index(path, &genomes[1], respects == 1, 0, respects == 1 ? "lower case" : NULL));
        unlink(path);
        free(path);
    }
    rp_kmer_index_destroy(index);
    for (int i = 0; i < 2; i++)
        rp_genome_clear(&genomes[i]);
}
END_TEST

START_TEST(an_index_file_maps_back_or_says_why_not)
{
    rp_genome genome, other;
    test_simulated_genome(&genome, 200000, 8, 3);
    test_simulated_genome(&other, 200000, 8, 4);
    rp_kmer_index *index = build(&genome, (unsigned[]){12, 19}[_i], 2, 1000000); /* of narrow and of wide rests */
    char *path = save_index(index, &genome, false);
    rp_kmer_index *mapped = open_index(path, &genome, false, 0, NULL);
    expect_same_index(index, mapped);
    rp_kmer_index_destroy(mapped);
    (void)open_index(path, &other, false, 0, "another genome");
    (void)open_index(path, &genome, true, 0, "--respect-mask");
    (void)open_index(path, &genome, false, 13, "--kmer says 13");
    (void)open_index("/no/such/index", &genome, false, 0, "No such file");
    const size_t n = rp_kmer_index_bytes(index);
    rp_random random = {9};
    for (int i = 0; i < 60; i++) { /* any byte of the content */
        const long at = 4096 + (long)rp_random_below(&random, n / 2);
        FILE *from = fopen(path, "r");
        ck_assert_int_eq(fseek(from, at, SEEK_SET), 0);
        const int byte = fgetc(from);
        fclose(from);
        overwrite(path, at, &(char){(char)(byte ^ 0x20)}, 1);
        rp_error damaged = {""};
        rp_kmer_index *got = rp_kmer_index_open(path, &genome, false, 0, 1, &damaged);
        ck_assert_msg(got == NULL || at % 4096 > 0, "byte %ld", at); /* between sections nothing is read */
        if (got != NULL)
            expect_same_index(index, got);
        rp_kmer_index_destroy(got);
        overwrite(path, at, &(char){(char)byte}, 1);
    }
    overwrite(path, 40, "x", 1);
    (void)open_index(path, &genome, false, 0, "damaged");
    overwrite(path, 120, "x", 1); /* in the digest of the code */
    (void)open_index(path, &genome, false, 0, "build");
    overwrite(path, 8, "\7", 1);
    (void)open_index(path, &genome, false, 0, "another version");
    overwrite(path, 0, "RPX", 3);
    (void)open_index(path, &genome, false, 0, "no index");
    unlink(path);
    free(path);
    rp_kmer_index_destroy(index);
    rp_genome_clear(&genome);
    rp_genome_clear(&other);
}
END_TEST

/* Units with as many copies as a record of the index can count, one less and more, and far more. */
START_TEST(frequent_kmers_stand_where_they_do)
{
    enum { K = 12, UNIT_BP = 40, SPACER_BP = 15, N_UNITS = 6 };
    static const unsigned copies[N_UNITS] = {2, 253, 254, 255, 256, 700};
    rp_random random = {91};
    char *text = calloc(1, 200000), *end = text + sprintf(text, ">a\n");
    for (size_t u = 0; u < N_UNITS; u++) {
        char *unit = test_random_letters(&random, UNIT_BP);
        for (unsigned i = 0; i < copies[u]; i++) {
            char *spacer = test_random_letters(&random, SPACER_BP);
            end += sprintf(end, "%s%s", unit, spacer);
            free(spacer);
        }
        free(unit);
    }
    rp_genome genome;
    test_genome(&genome, text);
    rp_kmer_index *index = build(&genome, K, 1 + 2 * (unsigned)_i, _i == 0 ? 1 << 20 : 40000);
    uint64_t n = 0;
    for (uint32_t id = 0; id < rp_kmer_index_n_kmers(index); id++) {
        const rp_occurrences here = rp_kmer_index_get(index, id);
        ck_assert_uint_eq(here.first, n);
        ck_assert_uint_eq(here.count, rp_kmer_index_count(index, id));
        const uint64_t kmer = rp_kmer_index_kmer(index, &genome, id);
        for (uint32_t i = 0; i < here.count; i++)
            ck_assert_uint_eq(naive_kmer(&genome, rp_kmer_index_position(index, n + i), K), kmer);
        n += here.count;
    }
    ck_assert_uint_eq(n, rp_kmer_index_n_positions(index));
    uint64_t at = UNIT_BP / 3; /* in each unit's first copy */
    for (size_t u = 0; u < N_UNITS; u++) {
        const rp_occurrences found = rp_kmer_index_find(index, naive_kmer(&genome, at, K));
        ck_assert_uint_ge(found.count, copies[u]);
        ck_assert_uint_le(found.count, copies[u] + 2); /* some by chance */
        at += (uint64_t)copies[u] * (UNIT_BP + SPACER_BP);
    }
    char *path = save_index(index, &genome, false);
    rp_kmer_index *mapped = open_index(path, &genome, false, 0, NULL);
    expect_same_index(index, mapped);
    rp_kmer_index_destroy(mapped);
    unlink(path);
    free(path);
    rp_kmer_index_destroy(index);
    rp_genome_clear(&genome);
    free(text);
}
END_TEST

START_TEST(too_many_kmers_leave_the_least_frequent_out)
{
    rp_genome genome;
    test_simulated_genome(&genome, 300000, 6, 12);
    for (uint32_t most = 3000; most >= 30; most /= 10)
        for (unsigned threads = 1; threads <= 3; threads += 2)
            for (uint64_t memory = 1; memory <= 4000000; memory = memory * 1000 + 3000000) {
                rp_kmer_index_parameters parameters = {
                    .k = 12, .min_frequency = 2, .max_kmers = most, .memory_bytes = memory, .n_threads = threads};
                rp_error error = {""};
                rp_kmer_index *index = rp_kmer_index_create(&genome, NULL, &parameters, &error);
                ck_assert_msg(index != NULL, "%s", error.message);
                const uint32_t frequency = rp_kmer_index_min_frequency(index);
                ck_assert_uint_le(rp_kmer_index_n_kmers(index), most);
                /* it is the index of that frequency, and the one below has too many */
                parameters.max_kmers = 0;
                parameters.min_frequency = frequency;
                rp_kmer_index *plain = rp_kmer_index_create(&genome, NULL, &parameters, &error);
                ck_assert_ptr_nonnull(plain);
                expect_same_index(index, plain);
                rp_kmer_index_destroy(plain);
                ck_assert_uint_gt(frequency, 2);
                parameters.min_frequency = frequency - 1;
                plain = rp_kmer_index_create(&genome, NULL, &parameters, &error);
                ck_assert_ptr_nonnull(plain);
                ck_assert_uint_gt(rp_kmer_index_n_kmers(plain), most);
                rp_kmer_index_destroy(plain);
                rp_kmer_index_destroy(index);
            }
    rp_genome_clear(&genome);
}
END_TEST

/* Counts by slice and sort spares give way where nothing is left of the budget; the index is the same. */
START_TEST(a_budget_of_nothing_changes_no_index)
{
    rp_genome genome;
    test_simulated_genome(&genome, 3000000, 6, 13);
    rp_kmer_index *usual = build(&genome, 12, 8, 1 << 24);
    const uint64_t taken = rp_account_taken();
    rp_block_set_spill_folder("/tmp");
    rp_account_set_limit(taken);
    rp_kmer_index *small = build(&genome, 12, 8, 1 << 20);
    ck_assert_uint_eq(rp_account_taken(), taken);
    ck_assert_uint_gt(rp_blocks_spilled(), 0);
    expect_same_index(usual, small);
    rp_kmer_index_destroy(small);
    rp_account_set_limit(0);
    rp_block_set_spill_folder(NULL);
    rp_kmer_index_destroy(usual);
    rp_genome_clear(&genome);
}
END_TEST

/* --- Duplicated stretches --- */

/* The letters with one in `one_in` drawn anew. */
static char *redrawn(rp_random *random, const char *letters, size_t n, unsigned one_in)
{
    char *copy = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = rp_random_below(random, one_in) == 0 ? "ACGT"[rp_random_below(random, 4)] : letters[i];
    copy[n] = '\0';
    return copy;
}

static void turn_round(char *letters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        letters[i] = letters[i] == 'A' ? 'T' : letters[i] == 'C' ? 'G' : letters[i] == 'G' ? 'C' : 'A';
    for (size_t i = 0; i < n / 2; i++) {
        const char swap = letters[i];
        letters[i] = letters[n - 1 - i];
        letters[n - 1 - i] = swap;
    }
}

static rp_duplicates duplicates_of(const rp_genome *genome, unsigned threads)
{
    rp_duplicates found;
    rp_error error = {""};
    ck_assert_msg(rp_duplicates_find(genome, threads, &found, &error), "%s", error.message);
    return found;
}

/* Marked bases of a stretch. */
static uint64_t count_marked(const rp_genome *genome, uint64_t begin, uint64_t end)
{
    rp_bitmask mask;
    rp_duplicates found = duplicates_of(genome, 1);
    ck_assert(rp_bitmask_init(&mask, genome->length_bp));
    rp_duplicates_mark(&found, &mask);
    const uint64_t n = rp_bitmask_count(&mask, begin, end);
    rp_bitmask_clear(&mask);
    free(found.items);
    return n;
}

enum { HAPLOTYPE_BP = 60000, INSERTED_AT = 25000, INSERTED_BP = 100 };

/* The second haplotype, on either strand, is marked to its very ends, but for what it has alone. */
START_TEST(a_haplotype_is_marked_but_for_its_insertions)
{
    rp_random random = {(uint64_t)_i + 60};
    char *first = test_random_letters(&random, HAPLOTYPE_BP), *text = calloc(1, 3 * HAPLOTYPE_BP);
    char *again = redrawn(&random, first, HAPLOTYPE_BP, 75), *inserted = test_random_letters(&random, INSERTED_BP);
    if (_i > 0)
        turn_round(again, HAPLOTYPE_BP);
    sprintf(text, ">a\n%s\n>b\n%.*s%s%s\n", first, INSERTED_AT, again, inserted, again + INSERTED_AT);
    rp_genome genome;
    test_genome(&genome, text);
    const uint64_t b = HAPLOTYPE_BP, end = genome.length_bp, at = b + INSERTED_AT;
    ck_assert_uint_eq(count_marked(&genome, 0, b), 0);
    ck_assert_uint_ge(count_marked(&genome, b, at), INSERTED_AT - 5);
    ck_assert_uint_ge(count_marked(&genome, at + INSERTED_BP, end), HAPLOTYPE_BP - INSERTED_AT - 5);
    ck_assert_uint_le(count_marked(&genome, at, at + INSERTED_BP), 10);
    rp_duplicates one = duplicates_of(&genome, 1), four = duplicates_of(&genome, 4);
    ck_assert_uint_eq(one.n, 2);
    ck_assert_uint_eq(one.items[0].block, one.items[1].block);
    ck_assert_int_eq(one.items[0].reverse, _i > 0);
    ck_assert_uint_eq(four.n, one.n);
    for (size_t i = 0; i < one.n; i++) {
        ck_assert_uint_eq(one.items[i].again.begin, four.items[i].again.begin);
        ck_assert_uint_eq(one.items[i].first.end, four.items[i].first.end);
    }
    free(one.items);
    free(four.items);
    rp_genome_clear(&genome);
    free(first);
    free(again);
    free(inserted);
    free(text);
}
END_TEST

/* Elements as long as they get, of which there are three, and units of an array in a row, are not duplicated. */
START_TEST(neither_long_elements_nor_arrays_are_duplicated)
{
    rp_random random = {62};
    char *unit = test_random_letters(&random, 25000), *text = calloc(1, 400000), *end = text;
    end += sprintf(end, ">elements\n");
    for (int copy = 0; copy < 3; copy++) {
        char *flank = test_random_letters(&random, 20000), *element = redrawn(&random, unit, 25000, 100);
        end += sprintf(end, "%s%s", flank, element);
        free(flank);
        free(element);
    }
    end += sprintf(end, "\n>array\n");
    for (int copy = 0; copy < 12; copy++)
        end += sprintf(end, "%.9000s", unit + 3000);
    rp_genome genome;
    test_genome(&genome, text);
    ck_assert_uint_eq(count_marked(&genome, 0, genome.length_bp), 0);
    rp_genome_clear(&genome);
    free(unit);
    free(text);
}
END_TEST

/* Of four haplotypes one is left, in which family members and paralogs are what they were. */
START_TEST(of_four_haplotypes_one_is_left)
{
    rp_random random = {63};
    char *first = test_random_letters(&random, HAPLOTYPE_BP), *text = calloc(1, 5 * HAPLOTYPE_BP), *end = text;
    for (int member = 1; member < 30; member++)
        memcpy(first + 2000 * member, first, 400);
    for (int h = 0; h < 4; h++) {
        char *here = redrawn(&random, first, HAPLOTYPE_BP, h == 0 ? UINT32_MAX : 75);
        end += sprintf(end, ">h%d\n%s\n", h, here);
        free(here);
    }
    rp_genome genome;
    test_genome(&genome, text);
    ck_assert_uint_eq(count_marked(&genome, 0, HAPLOTYPE_BP), 0);
    ck_assert_uint_ge(count_marked(&genome, HAPLOTYPE_BP, genome.length_bp), 3 * (HAPLOTYPE_BP - 20));
    rp_genome_clear(&genome);
    free(first);
    free(text);
}
END_TEST

Suite *suite_index(void)
{
    Suite *suite = suite_create("index");
    TCase *tests = tcase_create("index");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, what_either_mask_has_is_left_out);
    tcase_add_loop_test(tests, index_agrees_with_counting, 0, 5);
    tcase_add_loop_test(tests, empty_genomes_have_empty_indexes, 0, 3);
    tcase_add_test(tests, the_sort_buffer_may_have_what_is_reserved);
    tcase_add_test(tests, a_spilled_index_is_the_same);
    tcase_add_test(tests, an_index_file_is_of_its_lower_case);
    tcase_add_loop_test(tests, an_index_file_maps_back_or_says_why_not, 0, 2);
    tcase_add_test(tests, kmer_arithmetic);
    tcase_add_loop_test(tests, frequent_kmers_stand_where_they_do, 0, 2);
    tcase_add_test(tests, too_many_kmers_leave_the_least_frequent_out);
    tcase_add_test(tests, a_budget_of_nothing_changes_no_index);
    tcase_add_loop_test(tests, a_haplotype_is_marked_but_for_its_insertions, 0, 2);
    tcase_add_test(tests, neither_long_elements_nor_arrays_are_duplicated);
    tcase_add_test(tests, of_four_haplotypes_one_is_left);
    suite_add_tcase(suite, tests);
    return suite;
}
