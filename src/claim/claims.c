/* claims.c: claims on the genome, an atomic owner for each block; see claims.h. */
#include "claim/claims.h"

#include <stdlib.h>

#include "base/memory.h"

bool rp_claims_init(rp_claims *claims, uint64_t length_bp)
{
    claims->n_blocks = length_bp / RP_CLAIM_BLOCK_BP + 1;
    claims->owners = rp_alloc(claims->n_blocks, sizeof *claims->owners);
    return claims->owners != NULL;
}

void rp_claims_clear(rp_claims *claims)
{
    free((void *)claims->owners);
    *claims = (rp_claims){NULL, 0};
}

static void release_blocks(rp_claims *claims, rp_interval blocks)
{
    for (uint64_t block = blocks.begin; block < blocks.end; block++)
        atomic_store_explicit(&claims->owners[block], 0, memory_order_release);
}

/* Takes a range of blocks whole, or none of it; *taken_by: who has one of them. */
static bool take_blocks(rp_claims *claims, rp_interval blocks, uint32_t owner, uint32_t *taken_by)
{
    for (uint64_t block = blocks.begin; block < blocks.end; block++) {
        uint32_t seen = 0;
        if (!atomic_compare_exchange_strong_explicit(&claims->owners[block], &seen, owner, memory_order_acq_rel,
                                                     memory_order_relaxed)) {
            *taken_by = seen;
            release_blocks(claims, (rp_interval){blocks.begin, block});
            return false;
        }
    }
    return true;
}

rp_claim_status rp_claims_take(rp_claims *claims, const rp_interval *intervals, size_t n, uint32_t owner,
                               rp_claim_guard *guard)
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
        if (take_blocks(claims, blocks->items[i], owner, &guard->taken_by))
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
    for (uint64_t block = 0; block < claims->n_blocks; block++)
        count += atomic_load_explicit(&claims->owners[block], memory_order_acquire) != 0;
    return count;
}
