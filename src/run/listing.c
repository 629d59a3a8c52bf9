/* listing.c: which families of the library are reported; see stages.h. */
#include <stdlib.h>

#include "classify/structure.h"
#include "run/stages.h"

static bool turn(rp_codes *consensus)
{
    rp_codes turned = {0};
    if (!rp_codes_reverse_complement(&turned, consensus->items, consensus->n))
        return false;
    free(consensus->items);
    *consensus = turned;
    return true;
}

bool rp_run_list_families(rp_run *run, size_t first)
{
    rp_run_state *state = &run->state;
    if (!rp_reserve((void **)&state->source, &state->source_capacity, state->library.n + 1, sizeof *state->source))
        return false;
    for (size_t f = first; f < state->library.n; f++) {
        rp_family *family = &state->library.items[f];
        if (family->consensus.n < run->parameters->minlength || family->tandem)
            continue;
        if (rp_structure_is_turned(&family->consensus) && !turn(&family->consensus))
            return false;
        state->source[state->n_source++] = f;
    }
    return true;
}

bool rp_run_list_consensus(rp_run *run)
{
    const rp_run_state *state = &run->state;
    run->consensus = rp_alloc(state->n_source, sizeof *run->consensus);
    run->seeds = rp_alloc(state->n_source, sizeof *run->seeds);
    if (run->consensus == NULL || run->seeds == NULL)
        return false;
    for (size_t i = 0; i < state->n_source; i++) {
        const rp_family *family = &state->library.items[state->source[i]];
        run->consensus[i] = &family->consensus;
        run->seeds[i] = (rp_reprise_seed){family->seed.kmer, family->seed.k, family->seed.count};
    }
    return true;
}
