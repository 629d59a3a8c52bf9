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

/* Whether at least three of the sampled places go on matching some other place beyond the seed. */
bool rp_prescreen(const rp_view *view, const rp_batch *batch, unsigned k);

#endif
