/* flank.h: 64 bases as bit planes, so that two stretches are compared in a few instructions. */
#ifndef RP_GENOME_FLANK_H
#define RP_GENOME_FLANK_H

#include <stdint.h>

#include "base/bits.h"
#include "base/error.h"
#include "genome/view.h"

enum { RP_FLANK_BP = 64 };

/* Base i of the stretch is bit i of each plane. */
typedef struct rp_flank {
    uint64_t high, low; /* of the base codes */
    uint64_t valid;     /* there is a base, and it is not covered */
} rp_flank;

/* The next RP_FLANK_BP bases of a walk. */
rp_flank rp_flank_read(const rp_view *view, const rp_strand_walk *walk);

/* The even and the odd bits of a word of 32 packed bases, as the planes' 32 bits. */
static inline uint64_t rp_flank_even_bits(uint64_t x)
{
    x &= UINT64_C(0x5555555555555555);
    x = (x | x >> 1) & UINT64_C(0x3333333333333333);
    x = (x | x >> 2) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x = (x | x >> 4) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x >> 8) & UINT64_C(0x0000ffff0000ffff);
    return (x | x >> 16) & UINT64_C(0x00000000ffffffff);
}

/* A long stretch as bit planes, from which flanks are cut. Words beyond the last base are
 * spare and not valid: two at the end, and one before the first. */
typedef struct rp_planes {
    uint64_t *high, *low, *valid;
    size_t n_words;
} rp_planes;

bool rp_planes_init(rp_planes *planes, size_t n_bases) RP_MUST_CHECK;
bool rp_planes_reserve(rp_planes *planes,
                       size_t n_bases) RP_MUST_CHECK; /* the same, of planes that are there already or zeroed */
void rp_planes_clear(rp_planes *planes);

/* Sets the planes to n base codes; codes over 3 are not valid. n is at most that of rp_planes_init. The
 * 64 bases behind them are not valid; what lies further is left as it was. */
void rp_planes_fill(rp_planes *planes, const uint8_t *codes, size_t n);

static inline uint64_t rp_planes_window(const uint64_t *words, size_t bit)
{
    const size_t index = bit / 64;
    const unsigned shift = bit % 64;
    return shift == 0 ? words[index] : words[index] >> shift | words[index + 1] << (64 - shift);
}

/* The 64 bases from base `at` on; with -64 <= at. */
static inline rp_flank rp_planes_cut(const rp_planes *planes, int64_t at)
{
    const size_t bit = (size_t)(at + 64); /* behind the spare word */
    return (rp_flank){.high = rp_planes_window(planes->high, bit),
                      .low = rp_planes_window(planes->low, bit),
                      .valid = rp_planes_window(planes->valid, bit)};
}

/* Bit i becomes bit 63 - i. */
static inline uint64_t rp_flank_reverse_bits(uint64_t x)
{
    x = (x >> 1 & UINT64_C(0x5555555555555555)) | (x & UINT64_C(0x5555555555555555)) << 1;
    x = (x >> 2 & UINT64_C(0x3333333333333333)) | (x & UINT64_C(0x3333333333333333)) << 2;
    x = (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
    return __builtin_bswap64(x);
}

static inline uint64_t rp_flank_same(const rp_flank *a, const rp_flank *b)
{
    return ~((a->high ^ b->high) | (a->low ^ b->low)) & a->valid & b->valid;
}

/* The most bases that agree of the 24 from RP_FLANK_NEAR_BP on, on one of the diagonals at most 3 away, summed over
 * two pairs of stretches: what related ones have in common even where bases were inserted or deleted. */
enum { RP_FLANK_NEAR_BP = 2 };
static inline unsigned rp_flank_agreement(const rp_flank a[2], const rp_flank b[2])
{
    uint64_t most[2] = {0, 0};
    for (int by = -3; by <= 3; by++) {
        uint64_t same[2];
        for (int i = 0; i < 2; i++) {
            const rp_flank moved = by < 0 ? (rp_flank){b[i].high >> -by, b[i].low >> -by, b[i].valid >> -by}
                                          : (rp_flank){b[i].high << by, b[i].low << by, b[i].valid << by};
            same[i] = rp_flank_same(&a[i], &moved) >> RP_FLANK_NEAR_BP & 0xffffff;
        }
        /* both counts at once: 4 bytes each */
        const uint64_t bytes = rp_count_bits_by_byte(same[0] | same[1] << 32);
        const uint64_t sums = bytes + (bytes >> 8) + (bytes >> 16);
        const uint64_t first = sums & 0xff, second = sums >> 32 & 0xff;
        most[0] = first > most[0] ? first : most[0];
        most[1] = second > most[1] ? second : most[1];
    }
    return (unsigned)(most[0] + most[1]);
}

/* Best score of the stretch from its first base on: +1 a match (bit set), -1 a mismatch, until
 * the score is x_drop below its best. *reached, if not NULL: bases up to the best. */
static inline int rp_flank_extend(uint64_t same, int x_drop, unsigned *reached)
{
    int score = 0, best = 0;
    unsigned left = RP_FLANK_BP, at_best = 0;
    for (;;) {
        unsigned run = same == UINT64_MAX ? RP_FLANK_BP : (unsigned)__builtin_ctzll(~same);
        run = run < left ? run : left;
        score += (int)run;
        left -= run;
        if (score > best) {
            best = score;
            at_best = RP_FLANK_BP - left;
        }
        if (left == 0)
            break;
        same >>= run;
        run = same == 0 ? left : (unsigned)__builtin_ctzll(same);
        score -= (int)run;
        if (score <= best - x_drop || run >= left)
            break;
        left -= run;
        same >>= run;
    }
    if (reached != 0)
        *reached = at_best;
    return best;
}

#endif
