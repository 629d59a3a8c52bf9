/* memory.c: checked allocation; see memory.h. */
#include "base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    CACHE_LINE = 64,
    LARGE_PAGE = 2 << 20,
    LARGE_BLOCK = 128 << 10 /* where the C library begins; it would go up to 32 MB by itself */
};

void *rp_alloc(size_t n, size_t size)
{
    return calloc(n == 0 ? 1 : n, size);
}

void *rp_alloc_aligned(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - CACHE_LINE)
        return NULL;
    bytes = (bytes + CACHE_LINE) / CACHE_LINE * CACHE_LINE;
    void *block = aligned_alloc(CACHE_LINE, bytes);
    if (block != NULL)
        memset(block, 0, bytes);
    return block;
}

/* Of at least half a large page. */
static bool is_wide(size_t n, size_t size, size_t *bytes)
{
    if (__builtin_mul_overflow(n, size, bytes) || *bytes > SIZE_MAX - LARGE_PAGE)
        *bytes = SIZE_MAX;
    return *bytes >= LARGE_PAGE / 2;
}

static void *alloc_wide(size_t bytes)
{
    if (bytes == SIZE_MAX)
        return NULL;
    bytes = (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    void *block = aligned_alloc(LARGE_PAGE, bytes);
    if (block != NULL)
        (void)madvise(block, bytes, MADV_HUGEPAGE); /* a wish: what the system does not do is left undone */
    return block;
}

void *rp_alloc_wide(size_t n, size_t size)
{
    size_t bytes;
    if (!is_wide(n, size, &bytes))
        return rp_alloc(n, size);
    void *block = alloc_wide(bytes);
    return block != NULL ? memset(block, 0, bytes) : NULL;
}

void *rp_alloc_wide_unset(size_t n, size_t size)
{
    size_t bytes;
    return is_wide(n, size, &bytes) ? alloc_wide(bytes) : rp_alloc(n, size);
}

void rp_memory_set_up(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}

void rp_memory_give_back(void)
{
    (void)malloc_trim(0);
}

bool rp_reserve(void **items, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return true;
    size_t room = *capacity + *capacity / 2;
    if (room < wanted)
        room = wanted;
    if (room < 16)
        room = 16;
    size_t bytes;
    if (__builtin_mul_overflow(room, size, &bytes))
        return false;
    void *grown = realloc(*items, bytes);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = room;
    return true;
}
