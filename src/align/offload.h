/* offload.h: where extensions and growth go that a device takes: see device/engine.h.
 *
 * A band kernel may carry an offload; the extender and the grower that were made with it offer
 * their work to it first. What it does not take is done on the CPU, with the same result.
 */
#ifndef RP_ALIGN_OFFLOAD_H
#define RP_ALIGN_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "align/scores.h"
#include "genome/view.h"

struct rp_extension;

/* A lane of a growth between two launches. */
typedef struct rp_offload_lane {
    rp_strand_walk walk;
    int16_t score[RP_BAND], deletion[RP_BAND];
    int16_t best, best_row, best_cell, row, row_best, row_cell;
    bool used;
    uint32_t joined;
    int32_t shift, rebased;
    int64_t looked_at;        /* out: bases of the walk that were looked at; -1: none */
} rp_offload_lane;

/* One family's growth by up to RP_CHECK_ROWS bases; see kernels/grow.cl. */
typedef struct rp_offload_growth {
    rp_offload_lane lanes[RP_GROW_LANES];
    unsigned n_lanes;
    uint32_t row, n_rows;
    int64_t settled, best_total;
    uint32_t best_row;
    uint32_t n_done;          /* out, as are the changes of the above */
    bool stopped;
    uint8_t bases[RP_CHECK_ROWS];
} rp_offload_growth;

typedef struct rp_offload {
    void *context;
    size_t min_extensions;    /* fewer are not worth a launch */
    /* Fills in the results of n extensions (align/extend.h), or returns false: to be done by the caller. */
    bool (*extend)(void *context, const rp_view *view, struct rp_extension *extensions, size_t n, int x_drop);
    /* The same for a piece of growth. */
    bool (*grow)(void *context, const rp_view *view, rp_offload_growth *growth);
} rp_offload;

#endif
