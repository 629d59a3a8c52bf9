/* state.c: see state.h. */
#include "checkpoint/state.h"

#include <stdlib.h>

bool rp_run_state_in_pass(const rp_run_state *state)
{
    return state->mark <= RP_MARK_GROW_REST && state->passes[state->mark].under_way;
}

void rp_run_state_clear(rp_run_state *state)
{
    rp_library_clear(&state->library);
    for (int i = 0; i < 2; i++)
        free((uint64_t *)state->passes[i].used_seeds);
    free(state->cover.items);
    free(state->source);
    free((size_t *)state->polish.active);
    free(state->polish.resting.items);
    *state = (rp_run_state){0};
}
