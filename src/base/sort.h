/* sort.h: sorting: radix for 64-bit keys, by comparison for the rest. */
#ifndef RP_BASE_SORT_H
#define RP_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Sorts n keys by their bits [low_bit, high_bit), stably; `spare` holds n keys
 * of scratch. The result is in `keys`. Thread-safe. */
void rp_sort_u64(uint64_t *keys, uint64_t *spare, size_t n, unsigned low_bit, unsigned high_bit);

/* Sorts n keys without scratch memory, in up to twice the time. Thread-safe. */
void rp_sort_u64_in_place(uint64_t *keys, size_t n);

/* qsort, which may not be given a NULL array, for arrays of any number of items. The
 * comparison must never call two different items equal where their order can show. */
static inline void rp_sort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    if (n > 1)
        qsort(items, n, size, compare);
}

/* For arrays of strings. */
static inline int rp_compare_strings(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Something by its number and what it is sorted by. */
typedef struct rp_rank {
    uint64_t weight;
    size_t item;
} rp_rank;

/* The heaviest first, of two the first. */
void rp_sort_ranks(rp_rank *ranks, size_t n);

/* rp_sort on several threads, and stable; as much scratch memory as the items, spilled where the budget has no room
 * for it. False: out of memory, or the run was cancelled; the items are in some order. */
bool rp_sort_parallel(void *items, size_t n, size_t size, int (*compare)(const void *, const void *),
                      unsigned n_threads, rp_error *error) RP_MUST_CHECK;

#endif
