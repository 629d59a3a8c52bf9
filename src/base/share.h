/* share.h: one of several shares of a stretch: they follow each other and are as equal as can be. */
#ifndef RP_BASE_SHARE_H
#define RP_BASE_SHARE_H

#include <stdint.h>

/* Zeroed: the whole. */
typedef struct rp_share {
    uint32_t number, of; /* 1 <= number <= of */
} rp_share;

/* Where share `number` of a stretch of n ends; number 0: where the first begins. */
static inline uint64_t rp_share_cut(uint64_t n, uint32_t number, uint32_t of)
{
    return n / of * number + n % of * number / of;
}

static inline uint64_t rp_share_begin(const rp_share *share, uint64_t n)
{
    return share->of == 0 ? 0 : rp_share_cut(n, share->number - 1, share->of);
}

static inline uint64_t rp_share_end(const rp_share *share, uint64_t n)
{
    return share->of == 0 ? n : rp_share_cut(n, share->number, share->of);
}

#endif
