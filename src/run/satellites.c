/* satellites.c: the satellites of a run, and which families they are; see stages.h. */
#include <stdlib.h>

#include "run/stages.h"

/* What the families that are satellites hold is tandem as well, where the mask has not seen it: long units. */
static void add_to_mask(rp_run *run, const rp_findings *findings)
{
    for (size_t i = 0; i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        if (findings->families[part->family].traits.other == RP_OTHER_SATELLITE)
            rp_bitmask_set(&run->tandem, part->begin, part->end);
    }
}

/* 1 + the satellite that has most of the counted bases, the larger one of two; 0: none has any. The counts are zero
 * again. */
static size_t take_most(uint64_t *bases, size_t n)
{
    size_t best = 0;
    for (size_t s = 0; s < n; s++)
        if (bases[s] > 0 && (best == 0 || bases[s] > bases[best - 1]))
            best = s + 1;
    for (size_t s = 0; s < n; s++)
        bases[s] = 0;
    return best;
}

/* Links the families that were found by their copies. */
static void link_found(const rp_run *run, rp_findings *findings, uint64_t *bases)
{
    for (size_t f = 0; f < findings->n_families; f++) {
        rp_found_family *family = &findings->families[f];
        if (family->traits.other != RP_OTHER_SATELLITE)
            continue;
        for (size_t i = 0; i < family->n_parts; i++) {
            const rp_part *part = &findings->parts.items[family->parts[i]];
            rp_satellites_add_bases(&run->satellites, part->begin, part->end, bases);
        }
        family->satellite = take_most(bases, run->satellites.satellites.n);
    }
}

/* And those that the search has given, in its order, by the copies of the search. */
static void link_tandem(rp_run *run, uint64_t *bases)
{
    size_t next = 0;
    for (size_t f = 0; f < run->state.library.n; f++) {
        const rp_family *family = &run->state.library.items[f];
        if (!family->tandem || family->consensus.n == 0)
            continue;
        while (run->others.families[next].source != SIZE_MAX)
            next++;
        for (size_t i = 0; i < family->copies.n; i++)
            rp_satellites_add_bases(&run->satellites, family->copies.items[i].begin, family->copies.items[i].end,
                                    bases);
        run->others.families[next++].satellite = take_most(bases, run->satellites.satellites.n);
    }
}

bool rp_run_find_satellites(rp_run *run, rp_error *error)
{
    rp_intervals tandem = {0};
    add_to_mask(run, &run->others);
    add_to_mask(run, &run->findings);
    bool ok = rp_bitmask_intervals(&run->tandem, &run->genome, &tandem) || rp_error_memory(error, "satellites");
    ok = ok && rp_satellites_find(&run->genome, &tandem, run->n_threads, &run->satellites, error);
    free(tandem.items);
    if (!ok)
        return false;
    uint64_t *bases = rp_alloc(run->satellites.satellites.n, sizeof *bases);
    if (bases == NULL)
        return rp_error_memory(error, "satellites");
    link_found(run, &run->others, bases);
    link_found(run, &run->findings, bases);
    link_tandem(run, bases);
    free(bases);
    run->findings.satellites = run->others.satellites = &run->satellites;
    rp_log_line(run->log, "satellites: %zu, arrays: %zu", run->satellites.satellites.n, run->satellites.arrays.n);
    return true;
}
