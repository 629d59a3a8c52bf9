/* bitmask.h: one bit a base, in 64-bit words that several threads may read and write. */
#ifndef RP_GENOME_BITMASK_H
#define RP_GENOME_BITMASK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/block.h"
#include "base/error.h"

/* Words are read and written with relaxed order; who needs more orders it outside
 * (the committer publishes a version after it has set bits). */
typedef struct rp_bitmask {
    _Atomic uint64_t *words;
    uint64_t n_bits;
    rp_block block;           /* holds the words */
    _Atomic uint8_t *dirty;   /* by block of words: its bits are set when a word changes. NULL: not noted */
} rp_bitmask;

enum { RP_BITMASK_DIRTY_WORDS = 512 }; /* of a block */

/* All bits clear. False: out of memory. */
bool rp_bitmask_init(rp_bitmask *mask, uint64_t n_bits) RP_MUST_CHECK;

/* More (or fewer) bits, the new ones clear; of a zeroed mask it makes one. The words may move. False: out of memory. */
bool rp_bitmask_resize(rp_bitmask *mask, uint64_t n_bits) RP_MUST_CHECK;
void rp_bitmask_clear(rp_bitmask *mask);

/* From now on changes are noted in `dirty`, for those who keep copies: each clears a bit of its own
 * before it reads a block. False: out of memory. */
bool rp_bitmask_note_changes(rp_bitmask *mask) RP_MUST_CHECK;

/* Blocks in `dirty`. */
static inline uint64_t rp_bitmask_n_dirty(const rp_bitmask *mask)
{
    return mask->n_bits / 64 / RP_BITMASK_DIRTY_WORDS + 1;
}

/* Sets or unsets the bits of [begin, end). Safe against concurrent readers and
 * writers of other bits. */
void rp_bitmask_set(rp_bitmask *mask, uint64_t begin, uint64_t end);
void rp_bitmask_unset(rp_bitmask *mask, uint64_t begin, uint64_t end);

/* Sets what is set in another mask of the same length. */
void rp_bitmask_add(rp_bitmask *mask, const rp_bitmask *other);

/* Number of set bits in [begin, end). */
uint64_t rp_bitmask_count(const rp_bitmask *mask, uint64_t begin, uint64_t end);

/* First position in [from, end) whose bit is `set`; end: there is none. */
uint64_t rp_bitmask_next(const rp_bitmask *mask, uint64_t from, uint64_t end, bool set);

static inline bool rp_bitmask_get(const rp_bitmask *mask, uint64_t position)
{
    const uint64_t word = atomic_load_explicit(&mask->words[position >> 6], memory_order_relaxed);
    return word >> (position & 63) & 1;
}

/* The 64 bits from `position` on (lowest bit first); there must be a word beyond the last bit. */
static inline uint64_t rp_bitmask_window(const rp_bitmask *mask, uint64_t position)
{
    const uint64_t index = position >> 6;
    const unsigned shift = position & 63;
    const uint64_t low = atomic_load_explicit(&mask->words[index], memory_order_relaxed);
    if (shift == 0)
        return low;
    const uint64_t high = atomic_load_explicit(&mask->words[index + 1], memory_order_relaxed);
    return low >> shift | high << (64 - shift);
}

#endif
