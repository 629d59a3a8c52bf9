/* run.c: the flow of a run; see run.h. */
#include "run/run.h"

#include <stdlib.h>

#include "base/account.h"
#include "base/metrics.h"
#include "family/grow.h"
#include "genome/tandem.h"
#include "produce/batch.h"
#include "run/stages.h"

/* What a run goes through. The mark of its state is the stage that is under way or comes next. */
static const struct stage {
    const char *name;
    bool (*work)(rp_run *run, rp_error *error);
} STAGES[RP_N_MARKS] = {
    [RP_MARK_GROW] = {"families", rp_run_grow},        [RP_MARK_GROW_REST] = {"families of the rest", rp_run_grow_rest},
    [RP_MARK_JOIN] = {"joining", rp_run_join},         [RP_MARK_POLISH] = {"polishing", rp_run_polish},
    [RP_MARK_COPIES] = {"copies", rp_run_find_copies},
};

rp_run_parameters rp_run_defaults(void)
{
    return (rp_run_parameters){.min_seed_frequency = RP_SEED_MIN_COUNT,
                               .max_seed_frequency = UINT32_MAX,
                               .min_copies = 3,
                               .minlength = RP_FAMILY_MIN_BP,
                               .maxextend = RP_GROW_MAX_BP,
                               .tandemdist = 500,
                               .extension_length = 100,
                               .channel_capacity = 1000000,
                               .backpressure = 0.8};
}

/* --- Checkpoints --- */

/* The figures of the passes go into the state; of the one that is under way they are there already. */
static void note_figures(rp_run *run)
{
    rp_run_state *state = &run->state;
    for (int i = 0; i < 2; i++) {
        const rp_discover_figures *found = &run->discovered[i];
        state->n_seeds[i] = found->n_seeds;
        if (!rp_run_state_in_pass(state) || i != (int)state->mark)
            state->passes[i] = (rp_discover_state){.n_pairs = found->n_pairs,
                                                   .n_rejected = found->n_rejected,
                                                   .n_failed = found->n_failed,
                                                   .n_tandem = found->n_tandem};
    }
}

static bool is_due(void *context)
{
    const rp_run *run = context;
    return rp_keeper_is_due(run->keeper);
}

static void keep(void *context)
{
    rp_run_keep(context);
}

rp_keep_hook rp_run_hook(rp_run *run)
{
    return (rp_keep_hook){is_due, keep, run};
}

void rp_run_keep(rp_run *run)
{
    rp_run_state *state = &run->state;
    if (!rp_keeper_keeps(run->keeper))
        return;
    rp_pairs_sync(run->pairs);
    note_figures(run);
    if (state->mark != RP_MARK_JOIN || rp_bitmask_intervals(&run->cover.covered, &run->genome, &state->cover))
        rp_keeper_keep(run->keeper, state, !rp_run_state_in_pass(state));
    free(state->cover.items);
    state->cover = (rp_intervals){0};
}

static bool cover_families(rp_run *run, uint64_t n)
{
    rp_intervals intervals = {0};
    bool ok = true;
    for (uint64_t f = 0; ok && f < n; f++)
        ok = rp_family_cover(&run->state.library.items[f], &run->cover, &intervals);
    free(intervals.items);
    return ok;
}

/* Takes over the state that the run goes on from, if there is one. */
static bool restore(rp_run *run, rp_error *error)
{
    rp_run_state *state = &run->state;
    if (!rp_keeper_take(run->keeper, state, &run->k))
        return true;
    for (int i = 0; i < 2; i++) {
        const rp_discover_state *pass = &state->passes[i];
        run->discovered[i] = (rp_discover_figures){.n_seeds = state->n_seeds[i],
                                                   .n_pairs = pass->n_pairs,
                                                   .n_rejected = pass->n_rejected,
                                                   .n_failed = pass->n_failed,
                                                   .n_tandem = pass->n_tandem};
    }
    if (state->mark == RP_MARK_GROW_REST && !cover_families(run, state->n_first_pass))
        return rp_error_memory(error, "checkpoint");
    if (state->mark == RP_MARK_JOIN)
        rp_cover_add(&run->cover, state->cover.items, state->cover.n);
    free(state->cover.items);
    state->cover = (rp_intervals){0};
    rp_log_line(run->log, "going on from the %s: %zu families, at %s",
                run->keeper->given != NULL ? "state" : "checkpoint", state->library.n, STAGES[state->mark].name);
    return true;
}

/* Candidate pairs go on behind those that the state counts. */
static bool open_pairs(rp_run *run, rp_error *error)
{
    const rp_run_folder *folder = &run->keeper->folder;
    if (rp_keeper_keeps(run->keeper) && !run->keeper->resumes)
        rp_run_folder_forget_pairs(folder);
    if (run->pairs_file == NULL)
        return true;
    const uint64_t n_before = run->keeper->resumes ? run->discovered[0].n_pairs + run->discovered[1].n_pairs : 0;
    run->pairs = rp_pairs_open(run->pairs_file, rp_keeper_keeps(run->keeper) ? folder->pairs : NULL, n_before, error);
    return run->pairs != NULL;
}

/* --- Before the stages --- */

static bool mask_tandem(rp_run *run, rp_error *error)
{
    rp_interval stretch; /* that is looked at */
    if (!rp_run_stretch(run, &stretch))
        return rp_error_memory(error, "masks");
    rp_stage_begin(RP_STAGE_TANDEM, stretch.end - stretch.begin);
    if (!rp_tandem_mask_within(&run->tandem, &run->genome, &stretch, run->n_threads, error))
        return false;
    const uint64_t tandem_bp = rp_bitmask_count(&run->tandem, 0, run->genome.length_bp);
    rp_log_line(run->log, "tandem repeats: %llu bases", (unsigned long long)tandem_bp);
    return true;
}

/* What gives no seeds: tandem repeats, what stands earlier too, and lower case where that is to be respected; and the
 * cover, empty. */
static bool make_masks(rp_run *run, rp_error *error)
{
    if (!rp_passed_over_find(&run->genome, &run->tandem, run->n_threads, run->log, &run->passed_over, error))
        return false;
    run->view = (rp_view){.genome = &run->genome, .covered = &run->cover.covered, .excluded = &run->passed_over.mask};
    if (run->parameters->respect_mask) {
        if (!rp_bitmask_init(&run->lower_case, run->genome.length_bp))
            return rp_error_memory(error, "masks");
        rp_bitmask_add(&run->lower_case, &run->passed_over.mask);
        rp_genome_exclude_soft_mask(&run->genome, &run->lower_case, RP_KMER_MAX);
        run->view.excluded = &run->lower_case;
    }
    return rp_cover_init(&run->cover, run->genome.length_bp) || rp_error_memory(error, "masks");
}

/* The tandem mask as intervals, until copies are looked for: what is passed over has its bases until then. */
static bool put_tandem_aside(rp_run *run, rp_error *error)
{
    if (!rp_bitmask_intervals(&run->tandem, &run->genome, &run->tandem_aside))
        return rp_error_memory(error, "masks");
    rp_bitmask_clear(&run->tandem);
    return true;
}

/* The devices have had the time of the index to start. */
static bool wait_for_devices(rp_run *run, rp_error *error)
{
    rp_offloading *offloading = run->offloading;
    return rp_offloading_wait(offloading, error) &&
           (offloading->engine == NULL || rp_engine_watch(offloading->engine, &run->cover.covered) ||
            rp_error_memory(error, "devices"));
}

static bool prepare(rp_run *run, rp_error *error)
{
    const rp_run_parameters *parameters = run->parameters;
    rp_offloading_start(run->offloading, &run->genome, run->kernel);
    if (!mask_tandem(run, error) || !make_masks(run, error) || !restore(run, error) || !open_pairs(run, error))
        return false;
    run->rows = rp_row_store_create();
    if (run->rows == NULL)
        return rp_error_memory(error, "finding copies");
    if (!rp_run_find_known(run, error) || (run->state.mark < RP_MARK_COPIES && !put_tandem_aside(run, error)))
        return false;
    const bool needs_index = run->state.mark < RP_MARK_COPIES || parameters->wants_frequencies;
    if (needs_index && !rp_run_get_index(run, error))
        return false;
    if (parameters->wants_frequencies &&
        !rp_reprise_list(run->index, &run->genome, (uint32_t)parameters->min_seed_frequency, &run->frequencies))
        return rp_error_memory(error, "k-mer frequencies");
    rp_lease_set(&run->frequencies_lease, run->frequencies.capacity * sizeof *run->frequencies.items);
    return wait_for_devices(run, error);
}

/* --- The whole --- */

bool rp_run_find(rp_run *run, rp_error *error)
{
    if (!rp_keeper_check_genome(run->keeper, &run->genome, error) || !prepare(run, error))
        return false;
    while (run->state.mark < RP_N_MARKS) {
        if (run->state.mark == RP_MARK_COPIES && run->until_copies)
            return true;
        if (run->state.mark == RP_MARK_COPIES && run->share.of > 0)
            return rp_run_scan_share(run, error);
        if (!STAGES[run->state.mark].work(run, error))
            return false;
        run->state.mark++;
        if (run->state.mark < RP_N_MARKS)
            rp_run_keep(run);
    }
    return true;
}

void rp_run_clear(rp_run *run)
{
    rp_pairs_close(run->pairs);
    rp_scan_keeper_close(&run->scans, false);
    rp_findings_clear(&run->findings);
    rp_findings_clear(&run->others);
    rp_row_store_destroy(run->rows);
    free(run->domains.items);
    rp_satellites_clear(&run->satellites);
    rp_findings_clear(&run->candidates);
    free(run->consensus);
    free(run->seeds);
    free(run->frequencies.items);
    rp_lease_set(&run->frequencies_lease, 0);
    rp_run_state_clear(&run->state);
    rp_cover_clear(&run->cover);
    rp_kmer_index_destroy(run->index);
    rp_bitmask_clear(&run->tandem);
    free(run->tandem_aside.items);
    rp_passed_over_clear(&run->passed_over);
    rp_known_clear(&run->known);
    rp_bitmask_clear(&run->lower_case);
    rp_genome_clear(&run->genome);
}
