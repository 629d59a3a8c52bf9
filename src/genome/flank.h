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

/* Those on either side of a stretch (not empty) of one contig: up from its end, and down from its begin on the other
 * strand. */
void rp_flanks_read(const rp_view *view, uint64_t begin, uint64_t end, rp_flank *up, rp_flank *down);

/* Asks for all that rp_flanks_read will read. */
void rp_flanks_prefetch(const rp_view *view, uint64_t begin, uint64_t end);

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
    rp_flank *words; /* 64 bases each: what is compared together lies together */
    size_t n_words;
} rp_planes;

bool rp_planes_init(rp_planes *planes, size_t n_bases) RP_MUST_CHECK;
bool rp_planes_reserve(rp_planes *planes,
                       size_t n_bases) RP_MUST_CHECK; /* the same, of planes that are there already or zeroed */
void rp_planes_clear(rp_planes *planes);

/* Sets the planes to n base codes; codes over 3 are not valid. n is at most that of rp_planes_init. The
 * 64 bases behind them are not valid; what lies further is left as it was. */
void rp_planes_fill(rp_planes *planes, const uint8_t *codes, size_t n);

/* The 64 bases from base `at` on; with -64 <= at. */
static inline rp_flank rp_planes_cut(const rp_planes *planes, int64_t at)
{
    const size_t bit = (size_t)(at + 64); /* behind the spare word */
    const rp_flank *word = &planes->words[bit / 64];
    const unsigned shift = bit % 64, rest = 63 - shift; /* and one more: a shift by 64 is none */
    return (rp_flank){.high = word->high >> shift | word[1].high << 1 << rest,
                      .low = word->low >> shift | word[1].low << 1 << rest,
                      .valid = word->valid >> shift | word[1].valid << 1 << rest};
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

enum { RP_FLANK_DROP = 8 };

/* What eight bases do to an extension that stands so far below its best: what the best gains (bits 0 to 3), how many
 * bases there are up to the new best (bits 4 to 7; 0: there is none), how far below the best it stands then (from bit
 * 8 on; RP_FLANK_DROP: it has ended, and stays so). */
extern uint16_t rp_flank_steps[RP_FLANK_DROP + 1][256];

/* Best score of the stretch from its first base on: +1 a match (bit set), -1 a mismatch, until
 * the score is RP_FLANK_DROP below its best. *reached, if not NULL: bases up to the best. A stretch of
 * which fewer bases match scores no more. */
static inline int rp_flank_extend(uint64_t same, unsigned *reached)
{
    enum { MOST_END = 24 }; /* bases after which most have ended: until then, nobody asks */
    unsigned best = 0, at_best = 0, drop = 0;
    for (unsigned at = 0; at < RP_FLANK_BP && (at < MOST_END || drop < RP_FLANK_DROP); at += 8, same >>= 8) {
        const unsigned step = rp_flank_steps[drop][same & 0xff];
        best += step & 0xf;
        at_best = (step & 0xf) != 0 ? at + (step >> 4 & 0xf) : at_best;
        drop = step >> 8;
    }
    if (reached != 0)
        *reached = at_best;
    return (int)best;
}

#endif
