/* memory.h: checked allocation and growable arrays. */
#ifndef RP_BASE_MEMORY_H
#define RP_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* n * size bytes, zeroed; NULL when the product overflows or memory is out, never
 * for n = 0. Freed with free(). The aligned one begins on a cache line, for vectors. */
void *rp_alloc(size_t n, size_t size) RP_MUST_CHECK;
void *rp_alloc_aligned(size_t n, size_t size) RP_MUST_CHECK;

/* The same for a table that is read all over: on large pages where the system gives them, since most of the time would
 * go to finding its pages. Up to 2 MB more than asked for. */
void *rp_alloc_wide(size_t n, size_t size) RP_MUST_CHECK;

/* The same without zeros, for what may come to less: where nothing is written it takes address space and no memory. */
void *rp_alloc_wide_unset(size_t n, size_t size) RP_MUST_CHECK;

/* To be called once, before there are other threads: what is large is had from the system, and goes back to it as soon
 * as it is freed. The C library would keep ever larger blocks in each thread's arena, where they are of no use to
 * other threads. */
void rp_memory_set_up(void);

/* Gives the memory that was freed back to the system, that of small blocks too, as far as whole pages are free: what
 * one stage has freed is seldom what the next one takes. Some milliseconds. Thread-safe. */
void rp_memory_give_back(void);

/* Makes room for at least `wanted` items of `size` bytes in *items, growing by
 * half at least. *items may move; its content stays. False: out of memory, and
 * nothing changed. */
bool rp_reserve(void **items, size_t *capacity, size_t wanted, size_t size) RP_MUST_CHECK;

/* A growable array of TYPE named NAME: fields items, n, capacity. */
#define RP_ARRAY(NAME, TYPE)                                                                            \
    typedef struct NAME {                                                                               \
        TYPE *items;                                                                                    \
        size_t n;                                                                                       \
        size_t capacity;                                                                                \
    } NAME;                                                                                             \
    RP_MUST_CHECK __attribute__((unused)) static inline bool NAME##_reserve(NAME *array, size_t wanted) \
    {                                                                                                   \
        return wanted <= array->capacity ||                                                             \
               rp_reserve((void **)&array->items, &array->capacity, wanted, sizeof(TYPE));              \
    }                                                                                                   \
    RP_MUST_CHECK __attribute__((unused)) static inline bool NAME##_push(NAME *array, TYPE item)        \
    {                                                                                                   \
        if (!NAME##_reserve(array, array->n + 1))                                                       \
            return false;                                                                               \
        array->items[array->n++] = item;                                                                \
        return true;                                                                                    \
    }                                                                                                   \
    struct rp_array_semicolon_##NAME

#endif
