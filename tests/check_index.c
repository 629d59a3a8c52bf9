/* check_index.c: the k-mer index against counting by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/kmer_index.h"
#include "suites.h"

static rp_kmer_index *build(const rp_genome *genome, unsigned k, unsigned threads, uint64_t memory)
{
    const rp_kmer_index_parameters parameters = {.k = k, .min_frequency = 2, .memory_bytes = memory, .n_threads = threads};
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
        sprintf(text + strlen(text), "%.*sN%s\n", 300, "ACCATGGATTACAGCCATGAGCCATTGCACCCGGCCAGCTTAGGACTCAATTTCG", letters);
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
                    if (count >= 2)
                        ck_assert_uint_eq(rp_kmer_index_position(index, found.first + rank), p);
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
                ck_assert_uint_eq(rp_kmer_index_find(index, naive_kmer(&genome, rp_kmer_index_position(index, here.first), k)).id, id);
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

Suite *suite_index(void)
{
    Suite *suite = suite_create("index");
    TCase *tests = tcase_create("index");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, index_agrees_with_counting, 0, 5);
    tcase_add_loop_test(tests, empty_genomes_have_empty_indexes, 0, 3);
    tcase_add_test(tests, kmer_arithmetic);
    suite_add_tcase(suite, tests);
    return suite;
}
