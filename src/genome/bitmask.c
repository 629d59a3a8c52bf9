/* bitmask.c: atomic bit masks; see bitmask.h. */
#include "genome/bitmask.h"

#include <stdlib.h>

#include "base/memory.h"

enum { SPARE_WORDS = 4 }; /* so that a window read at the end stays inside */

bool rp_bitmask_init(rp_bitmask *mask, uint64_t n_bits)
{
    *mask = (rp_bitmask){0};
    return rp_bitmask_resize(mask, n_bits);
}

bool rp_bitmask_resize(rp_bitmask *mask, uint64_t n_bits)
{
    rp_error error = {""};
    mask->block.stays = true;
    if (!rp_block_resize(&mask->block, (n_bits / 64 + SPARE_WORDS) * sizeof *mask->words, "mask", &error))
        return false;
    mask->words = mask->block.data;
    mask->n_bits = n_bits;
    return true;
}

void rp_bitmask_clear(rp_bitmask *mask)
{
    rp_block_free(&mask->block);
    free((void *)mask->dirty);
    *mask = (rp_bitmask){0};
}

bool rp_bitmask_note_changes(rp_bitmask *mask)
{
    if (mask->dirty == NULL)
        mask->dirty = rp_alloc(rp_bitmask_n_dirty(mask), sizeof *mask->dirty);
    return mask->dirty != NULL;
}

/* After words of [begin, end) have changed. Release: who sees the note sees the change. */
static void note(rp_bitmask *mask, uint64_t begin, uint64_t end)
{
    if (mask->dirty == NULL || begin >= end)
        return;
    for (uint64_t block = begin / 64 / RP_BITMASK_DIRTY_WORDS; block <= (end - 1) / 64 / RP_BITMASK_DIRTY_WORDS;
         block++)
        atomic_store_explicit(&mask->dirty[block], UINT8_MAX, memory_order_release);
}

static uint64_t word_bits(uint64_t index, uint64_t begin, uint64_t end)
{
    const uint64_t first = index * 64;
    uint64_t bits = UINT64_MAX;
    if (begin > first)
        bits &= UINT64_MAX << (begin - first);
    if (end < first + 64)
        bits &= UINT64_MAX >> (first + 64 - end);
    return bits;
}

void rp_bitmask_set(rp_bitmask *mask, uint64_t begin, uint64_t end)
{
    for (uint64_t index = begin / 64; begin < end && index <= (end - 1) / 64; index++)
        atomic_fetch_or_explicit(&mask->words[index], word_bits(index, begin, end), memory_order_relaxed);
    note(mask, begin, end);
}

void rp_bitmask_unset(rp_bitmask *mask, uint64_t begin, uint64_t end)
{
    for (uint64_t index = begin / 64; begin < end && index <= (end - 1) / 64; index++)
        atomic_fetch_and_explicit(&mask->words[index], ~word_bits(index, begin, end), memory_order_relaxed);
    note(mask, begin, end);
}

uint64_t rp_bitmask_count(const rp_bitmask *mask, uint64_t begin, uint64_t end)
{
    uint64_t count = 0;
    for (uint64_t index = begin / 64; begin < end && index <= (end - 1) / 64; index++) {
        const uint64_t word = atomic_load_explicit(&mask->words[index], memory_order_relaxed);
        count += (uint64_t)__builtin_popcountll(word & word_bits(index, begin, end));
    }
    return count;
}

uint64_t rp_bitmask_next(const rp_bitmask *mask, uint64_t from, uint64_t end, bool set)
{
    while (from < end) {
        const uint64_t bits = rp_bitmask_window(mask, from) ^ (set ? 0 : UINT64_MAX);
        if (bits != 0) {
            from += (uint64_t)__builtin_ctzll(bits);
            return from < end ? from : end;
        }
        from += 64;
    }
    return end;
}

void rp_bitmask_add(rp_bitmask *mask, const rp_bitmask *other)
{
    for (uint64_t i = 0; i <= mask->n_bits / 64; i++) {
        const uint64_t word = atomic_load_explicit(&other->words[i], memory_order_relaxed);
        if (word != 0) /* a page that nothing is written to takes no memory */
            atomic_fetch_or_explicit(&mask->words[i], word, memory_order_relaxed);
    }
    note(mask, 0, mask->n_bits);
}
