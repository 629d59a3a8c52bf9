/* claims.c: claims on the genome, by atomic bits; see claims.h. */
#include "claim/claims.h"

#include <stdlib.h>

#include "base/memory.h"

bool rp_claims_init(rp_claims *claims, uint64_t length_bp)
{
    claims->n_blocks = length_bp / RP_CLAIM_BLOCK_BP + 1;
    claims->words = rp_alloc(claims->n_blocks / 64 + 1, sizeof *claims->words);
    return claims->words != NULL;
}

void rp_claims_clear(rp_claims *claims)
{
    free((void *)claims->words);
    *claims = (rp_claims){NULL, 0};
}

static uint64_t bits_of(uint64_t index, rp_interval blocks)
{
    uint64_t bits = UINT64_MAX;
    if (blocks.begin > index * 64)
        bits &= UINT64_MAX << (blocks.begin - index * 64);
    if (blocks.end < index * 64 + 64)
        bits &= UINT64_MAX >> (index * 64 + 64 - blocks.end);
    return bits;
}

static void release_blocks(rp_claims *claims, rp_interval blocks)
{
    for (uint64_t index = blocks.begin / 64; blocks.begin < blocks.end && index <= (blocks.end - 1) / 64; index++)
        atomic_fetch_and_explicit(&claims->words[index], ~bits_of(index, blocks), memory_order_release);
}

/* Takes a range of blocks whole, or none of it. */
static bool take_blocks(rp_claims *claims, rp_interval blocks)
{
    for (uint64_t index = blocks.begin / 64; index <= (blocks.end - 1) / 64; index++) {
        const uint64_t bits = bits_of(index, blocks);
        uint64_t seen = atomic_load_explicit(&claims->words[index], memory_order_relaxed);
        do {
            if ((seen & bits) != 0) {
                release_blocks(claims,
                               (rp_interval){blocks.begin, index * 64 > blocks.begin ? index * 64 : blocks.begin});
                return false;
            }
        } while (!atomic_compare_exchange_weak_explicit(&claims->words[index], &seen, seen | bits, memory_order_acq_rel,
                                                        memory_order_relaxed));
    }
    return true;
}

rp_claim_status rp_claims_take(rp_claims *claims, const rp_interval *intervals, size_t n, rp_claim_guard *guard)
{
    rp_intervals *blocks = &guard->blocks;
    blocks->n = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t end = (intervals[i].end + RP_CLAIM_BLOCK_BP - 1) / RP_CLAIM_BLOCK_BP;
        end = end < claims->n_blocks ? end : claims->n_blocks;
        const uint64_t begin = intervals[i].begin / RP_CLAIM_BLOCK_BP;
        if (begin < end && !rp_intervals_push(blocks, (rp_interval){begin, end}))
            return RP_CLAIM_NO_MEMORY;
    }
    rp_intervals_merge(blocks);
    for (size_t i = 0; i < blocks->n; i++) {
        if (take_blocks(claims, blocks->items[i]))
            continue;
        while (i-- > 0)
            release_blocks(claims, blocks->items[i]);
        return RP_CLAIM_TAKEN;
    }
    guard->held = true;
    return RP_CLAIM_HELD;
}

void rp_claims_give_back(rp_claims *claims, rp_claim_guard *guard)
{
    if (!guard->held)
        return;
    for (size_t i = 0; i < guard->blocks.n; i++)
        release_blocks(claims, guard->blocks.items[i]);
    guard->held = false;
}

void rp_claim_guard_clear(rp_claim_guard *guard)
{
    free(guard->blocks.items);
    *guard = (rp_claim_guard){0};
}

uint64_t rp_claims_count(const rp_claims *claims)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i <= claims->n_blocks / 64; i++)
        count += (uint64_t)__builtin_popcountll(atomic_load_explicit(&claims->words[i], memory_order_acquire));
    return count;
}
