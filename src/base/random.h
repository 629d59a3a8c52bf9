/* random.h: a small reproducible generator (splitmix64, Steele et al. 2014) for simulator and tests, and its hash. */
#ifndef RP_BASE_RANDOM_H
#define RP_BASE_RANDOM_H

#include <stdint.h>

typedef struct rp_random {
    uint64_t state;
} rp_random;

/* The generator's finalizer: a hash in which each bit follows from all. */
static inline uint64_t rp_random_mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static inline uint64_t rp_random_next(rp_random *random)
{
    return rp_random_mix(random->state += UINT64_C(0x9e3779b97f4a7c15));
}

/* Uniform in [0, bound); bound > 0. The bias of at most bound / 2^64 does not matter here. */
static inline uint64_t rp_random_below(rp_random *random, uint64_t bound)
{
    return (uint64_t)((unsigned __int128)rp_random_next(random) * bound >> 64);
}

/* Uniform in [0, 1). */
static inline double rp_random_unit(rp_random *random)
{
    return (double)(rp_random_next(random) >> 11) * 0x1p-53;
}

#endif
