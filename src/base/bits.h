/* bits.h: counting bits in line, for loops that run on any x86-64 and elsewhere. */
#ifndef RP_BASE_BITS_H
#define RP_BASE_BITS_H

#include <stdint.h>

/* By byte, how many bits are set in it. */
static inline uint64_t rp_count_bits_by_byte(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    return (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}

static inline unsigned rp_count_bits(uint64_t x)
{
    return (unsigned)(rp_count_bits_by_byte(x) * UINT64_C(0x0101010101010101) >> 56);
}

#endif
