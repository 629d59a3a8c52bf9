/* period.h: at which distance a stretch repeats itself.
 *
 * Equal words are counted by their distance, as in an autocorrelation. The period is the shortest distance at which
 * equal words stand all over the stretch: within a unit parts of it may be alike, at a higher-order repeat's distance
 * more is alike, and neither is the monomer's.
 */
#ifndef RP_SATELLITE_PERIOD_H
#define RP_SATELLITE_PERIOD_H

#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

enum {
    RP_PERIOD_MAX_BP = 8000,
    RP_PERIOD_SAMPLE_BP = 20000 /* of a stretch that is looked at: two units and a half of the longest */
};

/* Reused memory of one thread. Zeroed by its owner. */
typedef struct rp_period_scratch {
    uint32_t *last;       /* by word: 1 + its last place */
    uint32_t *before;     /* by place: 1 + the place before of its word */
    uint16_t *words;      /* by place */
    uint32_t *counts;     /* by distance */
} rp_period_scratch;

void rp_period_scratch_clear(rp_period_scratch *scratch);

/* The period of n <= RP_PERIOD_SAMPLE_BP codes; 0: there is none. False: out of memory. */
bool rp_period_find(rp_period_scratch *scratch, const uint8_t *codes, size_t n, uint32_t *period) RP_MUST_CHECK;

#endif
