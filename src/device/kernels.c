/* kernels.c: the options that the kernels are compiled with; see kernels.h. */
#include "device/kernels.h"

#include <stdio.h>

#include "align/lane_feed.h"
#include "align/scores.h"
#include "genome/genome.h"

void rp_kernels_options(char *options, size_t room)
{
#define CONSTANT(name) \
    {                  \
        #name, name    \
    }
    static const struct {
        const char *name;
        int value;
    } constants[] = {CONSTANT(RP_BAND),           CONSTANT(RP_BAND_CENTRE),    CONSTANT(RP_BLOCK_ROWS),
                     CONSTANT(RP_OFF_CENTRE),     CONSTANT(RP_QUERY_END),      CONSTANT(RP_EXTEND_MAX_BP),
                     CONSTANT(RP_SCORE_MATCH),    CONSTANT(RP_SCORE_MISMATCH), CONSTANT(RP_SCORE_GAP_FIRST),
                     CONSTANT(RP_SCORE_GAP_NEXT), CONSTANT(RP_SCORE_NONE),     CONSTANT(RP_SCORE_REBASE),
                     CONSTANT(RP_GROW_LANES),     CONSTANT(RP_CHECK_ROWS),     CONSTANT(RP_GROW_CAP),
                     CONSTANT(RP_GROW_PATIENCE),  CONSTANT(RP_GROW_DEAD_DROP), CONSTANT(RP_BASE_NONE),
                     CONSTANT(RP_FEED_CHUNK)};
#undef CONSTANT
    size_t n = (size_t)snprintf(options, room, "-cl-std=CL1.2");
    for (size_t i = 0; i < sizeof constants / sizeof constants[0] && n < room; i++)
        n += (size_t)snprintf(options + n, room - n, " -D%s=(%d)", constants[i].name, constants[i].value);
}
