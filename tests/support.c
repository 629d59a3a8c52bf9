/* support.c: what the suites share; see suites.h. */
#include "suites.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "genome/reader.h"
#include "genome/tandem.h"
#include "simulate/simulate.h"

/* The library's calls of the allocator come here: the tests are linked with --wrap. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
void *__real_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset);
void *__real_mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset);
void *__wrap_mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...);

static atomic_long fail_at, allocations;

static int fails_now(void)
{
    const long number = atomic_fetch_add(&allocations, 1) + 1;
    return number == atomic_load(&fail_at);
}

void *__wrap_malloc(size_t bytes)
{
    return fails_now() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t bytes)
{
    return fails_now() ? NULL : __real_realloc(block, bytes);
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
    return fails_now() ? NULL : __real_aligned_alloc(alignment, bytes);
}

void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    return fails_now() ? MAP_FAILED : __real_mmap(at, bytes, protection, flags, file, offset);
}

void *__wrap_mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    void *to = (flags & MREMAP_FIXED) != 0 ? va_arg(more, void *) : NULL;
    va_end(more);
    return fails_now() ? MAP_FAILED : __real_mremap(old, old_bytes, bytes, flags, to);
}

void test_fail_allocation(long n)
{
    atomic_store(&allocations, 0);
    atomic_store(&fail_at, n);
}

long test_allocations(void)
{
    return atomic_load(&allocations);
}

/* --- Delays around locks --- */

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

enum { MOST_SLEPT_US = 1000000 };
static struct {
    uint64_t seed;
    unsigned one_in, most_us;
} delays; /* changed while there are no other threads */
static atomic_uint n_delayed;

static void delay(void)
{
    static _Thread_local rp_random random;
    static _Thread_local uint64_t of_seed, slept_us;
    if (delays.one_in == 0 || (of_seed == delays.seed && slept_us >= MOST_SLEPT_US))
        return;
    if (of_seed != delays.seed) {
        of_seed = delays.seed;
        slept_us = 0;
        random.state = of_seed + ((uint64_t)atomic_fetch_add(&n_delayed, 1) << 32);
    }
    if (rp_random_below(&random, delays.one_in) != 0)
        return;
    const uint64_t us = 1 + rp_random_below(&random, delays.most_us);
    slept_us += us;
    (void)nanosleep(&(struct timespec){0, (long)us * 1000}, NULL);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    delay();
    return __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    const int status = __real_pthread_mutex_unlock(mutex);
    delay();
    return status;
}

void test_delay_threads(uint64_t seed, unsigned one_in, unsigned most_us)
{
    delays.seed = seed;
    delays.one_in = one_in;
    delays.most_us = most_us;
    atomic_store(&n_delayed, 0);
}

char *test_random_letters(rp_random *random, size_t n)
{
    char *letters = malloc(n + 1);
    ck_assert_ptr_nonnull(letters);
    for (size_t i = 0; i < n; i++)
        letters[i] = "ACGT"[rp_random_below(random, 4)];
    letters[n] = '\0';
    return letters;
}

/* Appends the letters of one word of a recipe. */
static size_t append_word(const char *word, char *to)
{
    const bool turned = *word == '~';
    word += turned;
    if (*word >= 'a' && *word <= 'z') {
        rp_random random = {(uint64_t)*word};
        const size_t n = strtoul(word + 1, NULL, 10);
        char *letters = test_random_letters(&random, n);
        for (size_t i = 0; i < n; i++)
            to[i] = turned ? rp_code_letter(rp_code_complement(rp_code_of_letter(letters[n - 1 - i]))) : letters[i];
        free(letters);
        return n;
    }
    const size_t unit = strcspn(word, "* ");
    const size_t times = word[unit] == '*' ? strtoul(word + unit + 1, NULL, 10) : 1;
    for (size_t i = 0; i < times; i++)
        memcpy(to + i * unit, word, unit);
    return times * unit;
}

char *test_sequence(const char *recipe)
{
    enum { MOST = 1 << 20 };
    char *letters = malloc(MOST);
    ck_assert_ptr_nonnull(letters);
    size_t n = 0;
    for (const char *word = recipe + strspn(recipe, " "); *word != '\0'; word += strspn(word, " ")) {
        n += append_word(word, letters + n);
        word += strcspn(word, " ");
    }
    ck_assert_uint_lt(n, MOST);
    letters[n] = '\0';
    return letters;
}

void test_codes(rp_codes *codes, const char *letters)
{
    codes->n = 0;
    for (const char *c = letters; *c != '\0'; c++) {
        const uint8_t code = rp_code_of_letter(*c);
        ck_assert(rp_codes_push(codes, rp_code_is_base(code) ? code : RP_CODE_UNKNOWN));
    }
}

size_t test_contents(const char *path, uint8_t *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    const size_t n = fread(bytes, 1, room, file);
    fclose(file);
    return n;
}

char *test_file(const char *text, size_t n)
{
    char *path = strdup("/tmp/reprise-test-XXXXXX");
    const int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq((int)write(descriptor, text, n), (int)n);
    close(descriptor);
    return path;
}

void test_genome(rp_genome *genome, const char *fasta)
{
    char *path = test_file(fasta, strlen(fasta));
    const char *paths[] = {path};
    rp_error error = {""};
    ck_assert_msg(rp_genome_read(genome, paths, 1, true, NULL, &error), "%s", error.message);
    unlink(path);
    free(path);
}

void test_simulated_genome(rp_genome *genome, uint64_t n, unsigned n_families, uint64_t seed)
{
    const rp_simulate_parameters parameters = {.length_bp = n,
                                               .n_families = n_families,
                                               .n_contigs = 3,
                                               .repeat_share = 0.4,
                                               .max_divergence = 0.2,
                                               .seed = seed};
    char folder[] = "/tmp/reprise-test-XXXXXX", prefix[64], path[80];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(prefix, sizeof prefix, "%s/g", folder);
    rp_error error = {""};
    ck_assert_msg(rp_simulate(&parameters, prefix, &error), "%s", error.message);
    snprintf(path, sizeof path, "%s.fa", prefix);
    const char *paths[] = {path};
    ck_assert_msg(rp_genome_read(genome, paths, 1, false, NULL, &error), "%s", error.message);
    static const char *const endings[] = {".fa", ".truth.fa", ".truth.bed", ".tandem.bed"};
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", prefix, endings[i]);
        unlink(path);
    }
    rmdir(folder);
}

void test_begin_search(test_search *with, uint64_t n_bases, unsigned n_families, uint64_t seed)
{
    rp_error error = {""};
    test_simulated_genome(&with->genome, n_bases, n_families, seed);
    ck_assert(rp_tandem_mask(&with->tandem, &with->genome, 2, &error));
    const rp_kmer_index_parameters parameters = {.k = 12, .min_frequency = 2, .memory_bytes = 1 << 20, .n_threads = 2};
    with->index = rp_kmer_index_create(&with->genome, &with->tandem, &parameters, &error);
    ck_assert_ptr_nonnull(with->index);
}

void test_end_search(test_search *with)
{
    rp_kmer_index_destroy(with->index);
    rp_bitmask_clear(&with->tandem);
    rp_genome_clear(&with->genome);
}
