/* scores.h: the scoring system and the shape of the band, shared by every kernel. What
 * they compare is coded as base/alphabet.h says. */
#ifndef RP_ALIGN_SCORES_H
#define RP_ALIGN_SCORES_H

#include "base/alphabet.h"

/* Per cents are families lost with another value: scripts/bench/README.md. */
enum {
    RP_LANES = 32,           /* alignments side by side, one int16 each */
    RP_BAND = 32,            /* cells of a row; 16 lost 3 % of the families, 48 brought none */
    RP_BAND_CENTRE = 16,     /* the cell that starts on the diagonal */
    RP_BLOCK_ROWS = 8,       /* rows between looks at a lane: re-centring, the X-drop, refill */
    RP_OFF_CENTRE = 2,       /* the band moves when the row's maximum is further off; one that stays lost 3 % */
    RP_EXTEND_MAX_BP = 30000, /* no extension goes further along its query */
    RP_GROW_LANES = 64,      /* copies that a consensus grows from at once; 16 lost 1 %, 192 brought 1 % */
    RP_CHECK_ROWS = 32,      /* bases between looks at the whole of a growth */
    RP_GROW_CAP = 40,        /* a lane's vote for a base never costs more than this below its best */
    RP_GROW_COST =
        3, /* what a base of consensus must earn over all lanes, beyond what chance gives them; twice that lost 9 % */
    RP_GROW_PATIENCE = 100, /* growth goes on so many bases after its best end: as REPrise's and RepeatScout's */
    RP_GROW_DEAD_DROP = 100, /* a lane this far below its best has lost its copy */

    RP_SCORE_MATCH = 2,
    RP_SCORE_MISMATCH = -2,
    RP_SCORE_GAP_FIRST = -8, /* the first base of a gap; linear gaps lost 4 % of the families */
    RP_SCORE_GAP_NEXT = -2, /* each further base */
    RP_SCORE_NONE = -16384, /* a cell that no path reaches; sums saturate at -32768 */
    RP_SCORE_REBASE = 8192 /* a lane's scores are lowered by this when its best passes it */
};

#endif
