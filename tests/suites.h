/* suites.h: the unit suites, one for each folder of src, and what several of them need. */
#ifndef RP_TESTS_SUITES_H
#define RP_TESTS_SUITES_H

#include <check.h>
#include <stdint.h>

#include "align/offload.h"
#include "base/codes.h"
#include "base/random.h"
#include "genome/genome.h"
#include "index/kmer_index.h"

Suite *suite_base(void);
Suite *suite_genome(void);
Suite *suite_index(void);
Suite *suite_align(void);
Suite *suite_family(void);
Suite *suite_device(void);
Suite *suite_produce(void);
Suite *suite_channel(void);
Suite *suite_claim(void);
Suite *suite_order(void);
Suite *suite_discover(void);
Suite *suite_copies(void);
Suite *suite_file(void);
Suite *suite_checkpoint(void);
Suite *suite_scan(void);
Suite *suite_scan_file(void);
Suite *suite_library(void);
Suite *suite_compare(void);
Suite *suite_merge(void);
Suite *suite_classify(void);
Suite *suite_kinds(void);
Suite *suite_domains(void);
Suite *suite_neighbours(void);
Suite *suite_satellite(void);
Suite *suite_output(void);
Suite *suite_report(void);
Suite *suite_run(void);
Suite *suite_memory(void);
Suite *suite_limits(void);

/* A random sequence of n letters ACGT, to be freed. */
char *test_random_letters(rp_random *random, size_t n);

/* A sequence in letters from its recipe, to be freed. Words of it, with blanks between: ACGT, those letters; ACGT*20,
 * so many times; c300, 300 random letters, the same ones wherever c300 stands; ~c300, their reverse complement. */
char *test_sequence(const char *recipe);

/* The codes of letters; RP_CODE_UNKNOWN for what is no base. */
void test_codes(rp_codes *codes, const char *letters);

/* A genome read from FASTA text (through a temporary file); fails the test when it cannot be. */
void test_genome(rp_genome *genome, const char *fasta);

/* The path of a fresh temporary file with this text; to be freed after unlink. */
char *test_file(const char *text, size_t n);

/* Reads a file, at most so many bytes of it; returns how many. */
size_t test_contents(const char *path, uint8_t *bytes, size_t room);

/* Makes the n-th allocation from now on fail; 0: none. Counts them in test_allocations(). */
void test_fail_allocation(long n);
long test_allocations(void);

/* From now on threads sleep at random up to most_us around one of `one_in` of their calls that lock and unlock, for a
 * second in all each; one_in 0: never. Sleeps depend on the seed and on the number of the thread. */
void test_delay_threads(uint64_t seed, unsigned one_in, unsigned most_us);

/* Runs the kernels of kernels/, compiled as C, on the host; counts the growths. For one thread. */
rp_offload test_host_offload(unsigned *n_growths);

/* A simulated genome with repeats, about n bases. */
void test_simulated_genome(rp_genome *genome, uint64_t n, unsigned n_families, uint64_t seed);

/* A simulated genome with its tandem mask and index. */
typedef struct test_search {
    rp_genome genome;
    rp_bitmask tandem;
    rp_kmer_index *index;
} test_search;

void test_begin_search(test_search *with, uint64_t n_bases, unsigned n_families, uint64_t seed);
void test_end_search(test_search *with);

#endif
