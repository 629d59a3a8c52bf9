/* extend.h: many X-drop extensions of query against genome, 32 side by side.
 *
 * An extension begins at a point of the query and a point of the genome and goes one
 * way. Every RP_BLOCK_ROWS rows the band is moved to the row's maximum, and a lane
 * ends whose row maximum has dropped x_drop below its best; it takes the next
 * extension at once. A result depends on nothing but its own extension and the view.
 */
#ifndef RP_ALIGN_EXTEND_H
#define RP_ALIGN_EXTEND_H

#include <stddef.h>
#include <stdint.h>

#include "align/band.h"
#include "base/crew.h"
#include "base/error.h"
#include "genome/view.h"

typedef struct rp_extension {
    /* what to do */
    const uint8_t *query;      /* codes 0-3, in walking order */
    uint32_t query_length;
    rp_strand_walk walk;       /* the genome side, in walking order */
    /* what came out */
    int32_t score;             /* best score; 0 when nothing was gained */
    uint32_t query_used;       /* bases of each side at the best score */
    uint32_t target_used;
    uint32_t looked_at;        /* genome bases of the walk that were looked at */
} rp_extension;

/* A step of an alignment, in walking order: `length` pairs, or query bases without
 * partner (deletion from the genome), or genome bases without partner (insertion). */
typedef enum rp_step_kind { RP_STEP_PAIR, RP_STEP_DELETION, RP_STEP_INSERTION } rp_step_kind;

typedef struct rp_step {
    uint32_t kind : 2;
    uint32_t length : 30;
} rp_step;

RP_ARRAY(rp_steps, rp_step);

typedef struct rp_extender rp_extender;

/* With whom the owner of one extender shares long lists of extensions: the members of a crew. Zeroed: with nobody. */
typedef struct rp_extenders {
    rp_crew *crew;
    unsigned member;           /* the owner's number in it */
    rp_extender *const *items; /* by member: lent to whoever does a part */
} rp_extenders;

/* NULL: out of memory. One for each thread. */
rp_extender *rp_extender_create(const rp_band_kernel *kernel) RP_MUST_CHECK;
void rp_extender_destroy(rp_extender *extender);

/* Fills in the results of n extensions. */
void rp_extender_run(rp_extender *extender, const rp_view *view, rp_extension *extensions, size_t n, int x_drop);

/* Appends to steps[i] the path of extensions[i], which rp_extender_run has filled in, for n < 2^32 of them: the more
 * at once, the fuller the lanes. False: out of memory. */
bool rp_extender_trace(rp_extender *extender, const rp_view *view, const rp_extension *extensions, size_t n,
                       rp_steps *steps) RP_MUST_CHECK;

/* DP cells worked out so far (rows x band x lanes in use), for the run's figures. */
uint64_t rp_extender_cells(const rp_extender *extender);

#endif
