/* prescreen.c: pairwise ungapped extension of a seed's places; see prescreen.h. */
#include "produce/prescreen.h"

#include "genome/flank.h"

enum { X_DROP = 8, MIN_PLACES = 3 }; /* rejects 95 to 99 of 100 seeds; without it a search takes twice the time */

static rp_flank read_flank(const rp_view *view, uint64_t position, unsigned k, bool reverse)
{
    const rp_strand_walk walk = rp_view_walk_beyond(view, position, position + k, reverse);
    return rp_flank_read(view, &walk);
}

static int extend(const rp_flank *a, const rp_flank *b)
{
    return rp_flank_extend(rp_flank_same(a, b), X_DROP, NULL);
}

bool rp_prescreen(const rp_view *view, const rp_batch *batch, unsigned k)
{
    rp_flank right[RP_PRESCREEN_PLACES], left[RP_PRESCREEN_PLACES];
    const unsigned n = batch->n_places < RP_PRESCREEN_PLACES ? batch->n_places : RP_PRESCREEN_PLACES;
    for (unsigned i = 0; i < n; i++) {
        const rp_place place = batch->places[batch->n_places * i / n];
        right[i] = read_flank(view, place.position, k, place.reverse);
        left[i] = read_flank(view, place.position, k, !place.reverse);
    }
    unsigned good = 0, is_good[RP_PRESCREEN_PLACES] = {0};
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++) {
            if (is_good[i] && is_good[j])
                continue;
            if (extend(&right[i], &right[j]) + extend(&left[i], &left[j]) < RP_PRESCREEN_SCORE)
                continue;
            good += !is_good[i] + !is_good[j];
            is_good[i] = is_good[j] = 1;
            if (good >= MIN_PLACES)
                return true;
        }
    return false;
}
