/* prescreen.h: the quick look that rejects most seeds. */
#ifndef RP_PRODUCE_PRESCREEN_H
#define RP_PRODUCE_PRESCREEN_H

#include "genome/view.h"
#include "produce/batch.h"

enum {
    RP_PRESCREEN_PLACES = 16,  /* an even sample of the batch's places */
    RP_PRESCREEN_FLANK_BP = 64, /* what is looked at on either side of a place */
    RP_PRESCREEN_SCORE = 10    /* what the flanks of a pair must match: +1, -1, X-drop 8, no gaps */
};

/* What is looked at of a place: the seed, which begins there, and its flanks. */
static inline rp_interval rp_prescreen_stretch(const rp_view *view, uint64_t position, unsigned k)
{
    const uint64_t end = position + k + RP_PRESCREEN_FLANK_BP, length = view->genome->length_bp;
    return (rp_interval){position < RP_PRESCREEN_FLANK_BP ? 0 : position - RP_PRESCREEN_FLANK_BP,
                         end < length ? end : length};
}

/* Whether at least three of the sampled places go on matching some other place beyond the seed. */
bool rp_prescreen(const rp_view *view, const rp_batch *batch, unsigned k);

#endif
