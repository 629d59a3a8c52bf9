/* kmer.h: k-mers as numbers: 2 bits a base, the first base in the highest bits. */
#ifndef RP_INDEX_KMER_H
#define RP_INDEX_KMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alphabet.h"

enum { RP_KMER_MIN = 8, RP_KMER_MAX = 24 };

static inline uint64_t rp_kmer_mask(unsigned k)
{
    return ((uint64_t)1 << 2 * k) - 1;
}

static inline uint64_t rp_kmer_reverse_complement(uint64_t kmer, unsigned k)
{
    kmer = ~kmer;
    kmer = (kmer >> 2 & UINT64_C(0x3333333333333333)) | (kmer & UINT64_C(0x3333333333333333)) << 2;
    kmer = (kmer >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (kmer & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
    return __builtin_bswap64(kmer) >> (64 - 2 * k);
}

/* Whether the k-mer is nearly periodic: for some period of up to 5, at most one base
 * differs from the one a period earlier. */
static inline bool rp_kmer_is_periodic(uint64_t kmer, unsigned k)
{
    for (unsigned period = 1; period <= 5; period++) {
        uint64_t differing = (kmer ^ kmer >> 2 * period) & rp_kmer_mask(k - period);
        differing = (differing | differing >> 1) & UINT64_C(0x5555555555555555);
        if ((differing & (differing - 1)) == 0)
            return true;
    }
    return false;
}

/* A rolling window over bases that yields both strands' k-mers. */
typedef struct rp_kmer_roll {
    uint64_t forward, reverse;
    unsigned filled; /* bases since the last reset */
} rp_kmer_roll;

/* Takes one base code; a code that is no base resets the window. True: a whole k-mer is there. */
static inline bool rp_kmer_roll_push(rp_kmer_roll *roll, unsigned code, unsigned k)
{
    if (!rp_code_is_base(code)) {
        roll->filled = 0;
        return false;
    }
    roll->forward = (roll->forward << 2 | code) & rp_kmer_mask(k);
    roll->reverse = roll->reverse >> 2 | (uint64_t)rp_code_complement(code) << 2 * (k - 1);
    return ++roll->filled >= k;
}

static inline uint64_t rp_kmer_canonical(const rp_kmer_roll *roll)
{
    return roll->forward < roll->reverse ? roll->forward : roll->reverse;
}

#endif
