/* sort.c: least-significant-digit radix sort; see sort.h. */
#include "base/sort.h"

#include <string.h>

#include "base/account.h"
#include "base/block.h"
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

/* --- By comparison, on several threads: runs are sorted, then merged two by two --- */

enum {
    LEAST_RUN = 2048,
    SMALL_RUN = 1 << 16,       /* where there is no room for what qsort takes of larger ones */
    QSORT_BYTES = 40           /* of an item, at most: a pointer, or the item itself up to 32 bytes */
};

typedef struct parallel_sort {
    char *from, *to;
    size_t n, size, run;       /* run: items of one that is sorted; the last may be shorter */
    int (*compare)(const void *, const void *);
} parallel_sort;

static bool sort_run(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const parallel_sort *sort = argument;
    const size_t begin = number * sort->run, left = sort->n - begin;
    rp_sort(sort->from + begin * sort->size, left < sort->run ? left : sort->run, sort->size, sort->compare);
    return true;
}

/* Merges runs 2 * number and 2 * number + 1; of equal items the one of the first run comes first. */
static bool merge_runs(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const parallel_sort *sort = argument;
    const size_t begin = 2 * number * sort->run, middle = begin + sort->run < sort->n ? begin + sort->run : sort->n;
    const size_t end = middle + sort->run < sort->n ? middle + sort->run : sort->n;
    size_t a = begin, b = middle;
    for (size_t at = begin; at < end; at++) {
        const bool first =
            b == end || (a < middle && sort->compare(sort->from + a * sort->size, sort->from + b * sort->size) <= 0);
        memcpy(sort->to + at * sort->size, sort->from + (first ? a : b) * sort->size, sort->size);
        if (first)
            a++;
        else
            b++;
    }
    return true;
}

/* Merges runs two by two until there is one. */
static bool merge_all(parallel_sort *sort, void *items, char *spare, unsigned n_threads, rp_error *error)
{
    bool ok = true;
    for (sort->to = spare; ok && sort->run < sort->n; sort->run *= 2) {
        ok = rp_parallel((sort->n + 2 * sort->run - 1) / (2 * sort->run), n_threads, merge_runs, sort, error);
        char *swap = sort->from;
        sort->from = sort->to;
        sort->to = swap;
    }
    if (sort->from != items && sort->n > 0)
        memcpy(items, sort->from, sort->n * sort->size);
    return ok;
}

bool rp_sort_parallel(void *items, size_t n, size_t size, int (*compare)(const void *, const void *),
                      unsigned n_threads, rp_error *error)
{
    parallel_sort sort = {
        .from = items, .n = n, .size = size, .run = (n + n_threads - 1) / n_threads, .compare = compare};
    sort.run = sort.run < LEAST_RUN ? LEAST_RUN : sort.run;
    rp_block spare = {0};
    const uint64_t scratch = n > LEAST_RUN ? (uint64_t)n * QSORT_BYTES : 0;
    const bool has_room = rp_account_take(scratch);
    if (!has_room && sort.run > SMALL_RUN)
        sort.run = SMALL_RUN;
    bool ok = n <= sort.run || rp_block_resize(&spare, n * size, "sorting", error);
    ok = ok && rp_parallel((n + sort.run - 1) / sort.run, n_threads, sort_run, &sort, error);
    if (has_room)
        rp_account_give(scratch);
    ok = ok && merge_all(&sort, items, spare.data, n_threads, error);
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
