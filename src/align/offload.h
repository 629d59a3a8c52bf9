/* offload.h: where extensions and growth go that a device takes: see device/engine.h.
 *
 * A band kernel may carry an offload; the extender and the grower that were made with it offer
 * their work to it first. What it does not take is done on the CPU, with the same result. A growth is lent as
 * kernels/wire.h lays it out: what the grower fills in is what the kernel reads.
 */
#ifndef RP_ALIGN_OFFLOAD_H
#define RP_ALIGN_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../kernels/wire.h"
#include "genome/view.h"

struct rp_extension;

/* A walk as a device gets it. No alignment goes on for as many bases as would not fit. */
static inline rp_lane_walk rp_offload_walk(const rp_strand_walk *walk)
{
    const uint32_t limit = walk->limit_bp < INT32_MAX ? (uint32_t)walk->limit_bp : INT32_MAX;
    return (rp_lane_walk){.origin = walk->origin, .limit = limit, .reverse = walk->reverse};
}

typedef struct rp_offload {
    void *context;
    size_t min_extensions;    /* fewer are not worth a launch */
    /* Fills in the results of n extensions (align/extend.h), or returns false: to be done by the caller. */
    bool (*extend)(void *context, const rp_view *view, struct rp_extension *extensions, size_t n, int x_drop);
    /* The same for a piece of growth. */
    bool (*grow)(void *context, const rp_view *view, rp_offload_growth *growth);
} rp_offload;

#endif
