/* state.h: all that a run of find needs to go on: what its stages have made, and where it stands.
 *
 * A run works on this state itself, and a checkpoint is its image (checkpoint.h). What a run makes anew from its input
 * (genome, masks, index) is not in it.
 */
#ifndef RP_CHECKPOINT_STATE_H
#define RP_CHECKPOINT_STATE_H

#include "copies/polish.h"
#include "discover/discover.h"
#include "library/join.h"

/* The stage that is under way or comes next. */
typedef enum rp_mark {
    RP_MARK_GROW,
    RP_MARK_GROW_REST,
    RP_MARK_JOIN,
    RP_MARK_POLISH,
    RP_MARK_COPIES,
    RP_N_MARKS
} rp_mark;

/* Zeroed at the start. */
typedef struct rp_run_state {
    rp_mark mark;
    rp_library library;
    rp_discover_state passes[2];  /* figures of the passes; the rest only of the one that is under way */
    uint64_t n_seeds[2];          /* a figure of the passes too */
    uint64_t n_first_pass;        /* families after the first pass */
    uint32_t join_pass;           /* the next one */
    rp_join_figures joined;
    uint64_t n_derived;
    rp_intervals cover;           /* RP_MARK_JOIN, in a checkpoint: a run has it as a mask */
    size_t *source;               /* from RP_MARK_POLISH on: families in the library that are listed, */
    size_t n_source, source_capacity;
    size_t n_before;              /* the library's size when polishing began, */
    rp_polish_state polish;       /* and how far that is */
} rp_run_state;

/* Whether it is in the midst of a pass over the seeds. */
bool rp_run_state_in_pass(const rp_run_state *state);

void rp_run_state_clear(rp_run_state *state);

#endif
