/* prescreen.c: pairwise ungapped extension of a seed's places; see prescreen.h. */
#include "produce/prescreen.h"

enum { X_DROP = 8, MIN_PLACES = 3 };

/* 64 bases as two bit planes, and which of them are bases at all. */
typedef struct flank {
    uint64_t high, low, valid;
} flank;

static flank read_flank(const rp_view *view, uint64_t origin, bool reverse)
{
    uint8_t codes[RP_PRESCREEN_FLANK_BP];
    const rp_strand_walk walk = rp_view_walk(view, origin, reverse);
    rp_view_decode(view, &walk, 0, RP_PRESCREEN_FLANK_BP, codes);
    flank out = {0, 0, 0};
    for (unsigned i = 0; i < RP_PRESCREEN_FLANK_BP; i++) {
        out.high |= (uint64_t)(codes[i] >> 1 & 1) << i;
        out.low |= (uint64_t)(codes[i] & 1) << i;
        out.valid |= (uint64_t)(codes[i] < 4) << i;
    }
    return out;
}

/* Best ungapped score of two flanks from their start on. */
static int extend_flanks(const flank *a, const flank *b)
{
    uint64_t same = ~((a->high ^ b->high) | (a->low ^ b->low)) & a->valid & b->valid;
    int score = 0, best = 0;
    unsigned left = RP_PRESCREEN_FLANK_BP;
    while (left > 0) {
        unsigned run = same == UINT64_MAX ? 64 : (unsigned)__builtin_ctzll(~same);
        run = run < left ? run : left;
        score += (int)run;
        best = score > best ? score : best;
        left -= run;
        if (left == 0)
            break;
        same >>= run;
        run = same == 0 ? left : (unsigned)__builtin_ctzll(same);
        score -= (int)run;
        if (score <= best - X_DROP)
            break;
        left -= run;
        same >>= run;
    }
    return best;
}

bool rp_prescreen(const rp_view *view, const rp_batch *batch, unsigned k)
{
    flank right[RP_PRESCREEN_PLACES], left[RP_PRESCREEN_PLACES];
    const unsigned n = batch->n_places < RP_PRESCREEN_PLACES ? batch->n_places : RP_PRESCREEN_PLACES;
    for (unsigned i = 0; i < n; i++) {
        const rp_place place = batch->places[batch->n_places * i / n];
        right[i] = read_flank(view, place.position + (place.reverse ? 0 : k), place.reverse);
        left[i] = read_flank(view, place.position + (place.reverse ? k : 0), !place.reverse);
    }
    unsigned good = 0, is_good[RP_PRESCREEN_PLACES] = {0};
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++) {
            if (is_good[i] && is_good[j])
                continue;
            if (extend_flanks(&right[i], &right[j]) + extend_flanks(&left[i], &left[j]) < RP_PRESCREEN_SCORE)
                continue;
            good += !is_good[i] + !is_good[j];
            is_good[i] = is_good[j] = 1;
            if (good >= MIN_PLACES)
                return true;
        }
    return false;
}
