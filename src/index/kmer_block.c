/* kmer_block.c: k-mers and hashes in blocks; see kmer_block.h. */
#include "index/kmer_block.h"

#include "index/layout.h"

enum { NARROW_K = 16 }; /* up to here a k-mer and its hash have 32 bits, of which eight are multiplied at once */

/* Products modulo a power of 2 do not depend on the bits above. */
static inline void hash_narrow(rp_kmer_block *block, unsigned k)
{
    const uint32_t mask = (uint32_t)rp_kmer_mask(k);
    for (unsigned i = 0; i < RP_KMER_BLOCK_BP; i++) {
        const uint32_t forward = (uint32_t)block->forward[i], reverse = (uint32_t)block->reverse[i];
        uint32_t value = forward < reverse ? forward : reverse;
        value ^= value >> k;
        value = value * (uint32_t)RP_INDEX_FIRST_FACTOR & mask;
        value ^= value >> k;
        value = value * (uint32_t)RP_INDEX_SECOND_FACTOR & mask;
        block->hash[i] = value ^ value >> k;
    }
}

#ifdef RP_HAVE_X86
__attribute__((target("avx2"))) static void hash_narrow_avx2(rp_kmer_block *block, unsigned k)
{
    hash_narrow(block, k);
}
#endif

static void hash_block(rp_kmer_block *block, unsigned k)
{
    if (k > NARROW_K) {
        for (unsigned i = 0; i < RP_KMER_BLOCK_BP; i++) {
            const uint64_t forward = block->forward[i], reverse = block->reverse[i];
            block->hash[i] = rp_index_hash(forward < reverse ? forward : reverse, k);
        }
        return;
    }
#ifdef RP_HAVE_X86
    if (__builtin_cpu_supports("avx2")) {
        hash_narrow_avx2(block, k);
        return;
    }
#endif
    hash_narrow(block, k);
}

/* Bases throughout. */
static void read_bases(rp_kmer_block *block, rp_kmer_roll *roll, uint64_t bases, unsigned n, unsigned k)
{
    const uint64_t mask = rp_kmer_mask(k);
    uint64_t forward = roll->forward, reverse = roll->reverse;
    for (unsigned i = 0; i < n; i++, bases >>= 2) {
        forward = (forward << 2 | (bases & 3)) & mask;
        reverse = reverse >> 2 | (uint64_t)rp_code_complement((unsigned)(bases & 3)) << 2 * (k - 1);
        block->forward[i] = forward;
        block->reverse[i] = reverse;
    }
    const unsigned lacking = roll->filled + 1 >= k ? 0 : k - 1 - roll->filled; /* until the first whole one ends */
    block->whole = lacking >= n ? 0 : (uint32_t)(UINT64_MAX >> (64 - n) >> lacking << lacking);
    *roll = (rp_kmer_roll){forward, reverse, roll->filled + n < k ? roll->filled + n : k};
}

void rp_kmer_block_read(rp_kmer_block *block, rp_kmer_roll *roll, uint64_t bases, uint32_t none, unsigned n, unsigned k)
{
    if ((none & (uint32_t)(UINT64_MAX >> (64 - n))) == 0) {
        read_bases(block, roll, bases, n, k);
    } else {
        block->whole = 0;
        for (unsigned i = 0; i < n; i++, bases >>= 2, none >>= 1) {
            const bool whole = rp_kmer_roll_push(roll, none & 1 ? RP_BASE_NONE : (unsigned)(bases & 3), k);
            block->forward[i] = roll->forward;
            block->reverse[i] = roll->reverse;
            block->whole |= (uint32_t)whole << i;
        }
    }
    hash_block(block, k);
}
