/* sort.c: least-significant-digit radix sort; see sort.h. */
#include "base/sort.h"

#include <string.h>

#include "base/account.h"
#include "base/block.h"
#include "base/memory.h"
#include "base/parallel.h"

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, INSERTION_LIMIT = 48 };

static void insertion_sort(uint64_t *keys, size_t n, unsigned low_bit, uint64_t mask)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t key = keys[i];
        const uint64_t value = key >> low_bit & mask;
        size_t j = i;
        for (; j > 0 && (keys[j - 1] >> low_bit & mask) > value; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

void rp_sort_u64(uint64_t *keys, uint64_t *spare, size_t n, unsigned low_bit, unsigned high_bit)
{
    const unsigned bits = high_bit - low_bit;
    if (n < 2 || bits == 0)
        return;
    if (n <= INSERTION_LIMIT) {
        insertion_sort(keys, n, low_bit, bits >= 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1);
        return;
    }
    uint64_t *from = keys, *to = spare;
    for (unsigned shift = low_bit; shift < high_bit; shift += DIGIT_BITS) {
        const unsigned width = high_bit - shift < DIGIT_BITS ? high_bit - shift : DIGIT_BITS;
        const uint64_t mask = ((uint64_t)1 << width) - 1;
        size_t count[DIGITS] = {0};
        for (size_t i = 0; i < n; i++)
            count[from[i] >> shift & mask]++;
        if (count[from[0] >> shift & mask] == n)
            continue; /* all alike in this digit */
        size_t sum = 0;
        for (size_t digit = 0; digit <= mask; digit++) {
            const size_t here = count[digit];
            count[digit] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            to[count[from[i] >> shift & mask]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, n * sizeof *keys);
}

/* By the digit above `shift` and those below it: each key is swapped to where its digit's keys are, until all stand
 * right (McIlroy, Bostic and McIlroy 1993, "Engineering radix sort"). */
static void sort_digit(uint64_t *keys, size_t n, unsigned shift)
{
    size_t next[DIGITS] = {0}, end[DIGITS], sum = 0;
    if (n <= INSERTION_LIMIT) {
        insertion_sort(keys, n, 0, UINT64_MAX);
        return;
    }
    for (size_t i = 0; i < n; i++)
        next[keys[i] >> shift & (DIGITS - 1)]++;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        const size_t here = next[digit];
        next[digit] = sum;
        sum += here;
        end[digit] = sum;
    }
    for (size_t digit = 0; digit < DIGITS; digit++)
        while (next[digit] < end[digit]) {
            uint64_t key = keys[next[digit]];
            for (size_t of; (of = key >> shift & (DIGITS - 1)) != digit;) {
                const uint64_t displaced = keys[next[of]];
                keys[next[of]++] = key;
                key = displaced;
            }
            keys[next[digit]++] = key;
        }
    for (size_t digit = 0, begin = 0; shift > 0 && digit < DIGITS; begin = end[digit++])
        sort_digit(keys + begin, end[digit] - begin, shift - DIGIT_BITS);
}

void rp_sort_u64_in_place(uint64_t *keys, size_t n)
{
    uint64_t differ = 0;
    for (size_t i = 1; i < n; i++)
        differ |= keys[i] ^ keys[0];
    unsigned shift = 64 - DIGIT_BITS;
    while (shift > 0 && differ >> shift == 0)
        shift -= DIGIT_BITS;
    sort_digit(keys, n, shift);
}

/* --- By comparison, on several threads: runs are sorted, then merged in as many buckets as there are threads --- */

enum {
    LEAST_RUN = 2048,
    SMALL_RUN = 1 << 16,       /* where there is no room for what qsort takes of larger ones */
    QSORT_BYTES = 40,          /* of an item, at most: a pointer, or the item itself up to 32 bytes */
    SAMPLES = 16               /* of a run, from which bounds of buckets are taken: they differ by a sixteenth */
};

/* An item by where it stands: of equal ones that of the first run comes first. */
typedef struct sample {
    const char *item;
    size_t run;
} sample;

typedef struct parallel_sort {
    char *items, *merged;
    size_t n, size, run;       /* run: items of one that is sorted; the last may be shorter */
    size_t n_runs, n_buckets;
    sample *bounds;            /* by bucket but the last: the first item of the next one */
    int (*compare)(const void *, const void *);
} parallel_sort;

static bool sort_run(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const parallel_sort *sort = argument;
    const size_t begin = number * sort->run, left = sort->n - begin;
    rp_sort(sort->items + begin * sort->size, left < sort->run ? left : sort->run, sort->size, sort->compare);
    return true;
}

static size_t run_end(const parallel_sort *sort, size_t run)
{
    const size_t end = (run + 1) * sort->run;
    return end < sort->n ? end : sort->n;
}

/* The first item of a run that does not come before a bound. */
static size_t first_behind(const parallel_sort *sort, size_t run, const sample *bound)
{
    size_t low = run * sort->run, high = run_end(sort, run);
    if (run == bound->run)
        return (size_t)(bound->item - sort->items) / sort->size;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = sort->compare(sort->items + middle * sort->size, bound->item);
        if (order < 0 || (order == 0 && run < bound->run))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int compare_samples(const void *left, const void *right, void *context)
{
    const parallel_sort *sort = context;
    const sample *a = left, *b = right;
    const int order = sort->compare(a->item, b->item);
    return order != 0 ? order : (a->item > b->item) - (a->item < b->item);
}

/* Divides what the runs have into buckets of about one size. False: out of memory. */
static bool choose_bounds(parallel_sort *sort)
{
    sample *samples = rp_alloc(sort->n_runs * SAMPLES, sizeof *samples);
    sort->bounds = rp_alloc(sort->n_buckets, sizeof *sort->bounds);
    const bool ok = samples != NULL && sort->bounds != NULL;
    size_t n = 0;
    for (size_t run = 0; ok && run < sort->n_runs; run++) {
        const size_t begin = run * sort->run, items = run_end(sort, run) - begin;
        /* of a short last run fewer: each stands for as many items */
        for (size_t i = 0; i < SAMPLES && (2 * i + 1) * sort->run / (2 * SAMPLES) < items; i++)
            samples[n++] = (sample){sort->items + (begin + (2 * i + 1) * sort->run / (2 * SAMPLES)) * sort->size, run};
    }
    if (n > 0)
        qsort_r(samples, n, sizeof *samples, compare_samples, sort);
    for (size_t b = 0; ok && b + 1 < sort->n_buckets; b++)
        sort->bounds[b] = samples[(b + 1) * n / sort->n_buckets];
    free(samples);
    return ok;
}

/* What a bucket has left of each run, and a tree of which has the first item of two, then of four, ... */
typedef struct merging {
    const parallel_sort *sort;
    size_t *next, *end;        /* by run, up to a power of two of them: items; the same: none is left */
    uint32_t *first;           /* by node of the tree: a run */
    size_t n_leaves;
} merging;

static uint32_t earlier(const merging *merge, uint32_t a, uint32_t b)
{
    const parallel_sort *sort = merge->sort;
    if (merge->next[a] == merge->end[a] || merge->next[b] == merge->end[b])
        return merge->next[a] == merge->end[a] ? b : a;
    return sort->compare(sort->items + merge->next[a] * sort->size, sort->items + merge->next[b] * sort->size) <= 0
               ? a
               : b; /* a < b */
}

/* Begins with what lies between two bounds (NULL: with all before or behind); returns before how many items. */
static size_t begin_merging(merging *merge, const sample *from, const sample *to)
{
    const parallel_sort *sort = merge->sort;
    size_t n_before = 0;
    for (size_t run = 0; run < sort->n_runs; run++) {
        merge->next[run] = from != NULL ? first_behind(sort, run, from) : run * sort->run;
        merge->end[run] = to != NULL ? first_behind(sort, run, to) : run_end(sort, run);
        n_before += merge->next[run] - run * sort->run;
    }
    for (size_t leaf = 0; leaf < merge->n_leaves; leaf++)
        merge->first[merge->n_leaves + leaf] = (uint32_t)leaf;
    for (size_t node = merge->n_leaves; node-- > 1;)
        merge->first[node] = earlier(merge, merge->first[2 * node], merge->first[2 * node + 1]);
    return n_before;
}

static bool merge_bucket(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    const parallel_sort *sort = argument;
    merging merge = {.sort = sort, .n_leaves = 1};
    while (merge.n_leaves < sort->n_runs)
        merge.n_leaves *= 2;
    merge.next = rp_alloc(2 * merge.n_leaves, sizeof *merge.next);
    merge.first = rp_alloc(2 * merge.n_leaves, sizeof *merge.first);
    const bool ok = merge.next != NULL && merge.first != NULL;
    if (ok) {
        merge.end = merge.next + merge.n_leaves;
        const size_t at = begin_merging(&merge, number > 0 ? &sort->bounds[number - 1] : NULL,
                                        number + 1 < sort->n_buckets ? &sort->bounds[number] : NULL);
        char *to = sort->merged + at * sort->size;
        for (; merge.next[merge.first[1]] < merge.end[merge.first[1]]; to += sort->size) {
            const uint32_t run = merge.first[1];
            memcpy(to, sort->items + merge.next[run]++ * sort->size, sort->size);
            for (size_t node = (merge.n_leaves + run) / 2; node > 0; node /= 2)
                merge.first[node] = earlier(&merge, merge.first[2 * node], merge.first[2 * node + 1]);
        }
    }
    free(merge.next);
    free(merge.first);
    return ok || rp_error_memory(error, "sorting");
}

static bool copy_back(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const parallel_sort *sort = argument;
    const size_t begin = number * sort->run, bytes = (run_end(sort, number) - begin) * sort->size;
    memcpy(sort->items + begin * sort->size, sort->merged + begin * sort->size, bytes);
    return true;
}

static bool merge_all(parallel_sort *sort, unsigned n_threads, rp_error *error)
{
    sort->n_buckets = sort->n_runs < n_threads ? sort->n_runs : n_threads;
    const bool ok = (choose_bounds(sort) || rp_error_memory(error, "sorting")) &&
                    rp_parallel(sort->n_buckets, n_threads, merge_bucket, sort, error) &&
                    rp_parallel(sort->n_runs, n_threads, copy_back, sort, error);
    free(sort->bounds);
    return ok;
}

bool rp_sort_parallel(void *items, size_t n, size_t size, int (*compare)(const void *, const void *),
                      unsigned n_threads, rp_error *error)
{
    parallel_sort sort = {
        .items = items, .n = n, .size = size, .run = (n + n_threads - 1) / n_threads, .compare = compare};
    sort.run = sort.run < LEAST_RUN ? LEAST_RUN : sort.run;
    rp_block spare = {0};
    const uint64_t scratch = n > LEAST_RUN ? (uint64_t)n * QSORT_BYTES : 0;
    const bool has_room = rp_account_take(scratch);
    if (!has_room && sort.run > SMALL_RUN)
        sort.run = SMALL_RUN;
    sort.n_runs = (n + sort.run - 1) / sort.run;
    bool ok = n <= sort.run || rp_block_resize(&spare, n * size, "sorting", error);
    sort.merged = spare.data;
    ok = ok && rp_parallel(sort.n_runs, n_threads, sort_run, &sort, error);
    if (has_room)
        rp_account_give(scratch);
    ok = ok && (sort.n_runs < 2 || merge_all(&sort, n_threads, error));
    rp_block_free(&spare);
    return ok;
}

static int compare_ranks(const void *left, const void *right)
{
    const rp_rank *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

void rp_sort_ranks(rp_rank *ranks, size_t n)
{
    rp_sort(ranks, n, sizeof *ranks, compare_ranks);
}
