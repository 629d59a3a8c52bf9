/* known.c: see known.h. */
#include "run/known.h"

#include <stdlib.h>

const rp_bitmask *rp_known_taken(const rp_known *known)
{
    return known->mask.words != NULL ? &known->mask : NULL;
}

void rp_known_clear(rp_known *known)
{
    rp_scan_keeper_close(&known->scans, false);
    rp_parts_clear(&known->parts);
    free(known->figures);
    rp_bitmask_clear(&known->mask);
    *known = (rp_known){0};
}
