/* families.c: the stages that find families: index, two passes over the seeds, joins, derivatives; see stages.h. */
#include <stdlib.h>

#include "base/bits.h"
#include "base/metrics.h"
#include "index/file.h"
#include "library/derive.h"
#include "library/join.h"
#include "run/stages.h"
#include "run/warnings.h"

enum { INDEX_MIN_FREQUENCY = 2 }; /* of the first index: joins and growth look up what stands twice */

/* --- Index --- */

/* Bases where a k-mer that is indexed may begin: neither excluded nor covered (NULL: nothing is). */
static uint64_t bases_left(const rp_run *run, const rp_bitmask *covered)
{
    const rp_bitmask *excluded = run->view.excluded;
    uint64_t n = run->genome.length_bp;
    if (covered == NULL)
        return n - rp_bitmask_count(excluded, 0, n);
    for (uint64_t at = 0; at < run->genome.length_bp; at += 64)
        n -= rp_count_bits(rp_bitmask_window(excluded, at) | rp_bitmask_window(covered, at));
    return n;
}

/* `covered`: what is left out of the second index, beside which the first is held. NULL: the first. n_left: bases_left
 * of it. */
static rp_kmer_index *build_index(rp_run *run, unsigned k, uint32_t min_frequency, const rp_bitmask *covered,
                                  uint64_t n_left, rp_error *error)
{
    const rp_kmer_index_parameters parameters = {.k = k,
                                                 .min_frequency = min_frequency,
                                                 .n_threads = run->n_threads,
                                                 .also_excluded = covered,
                                                 .memory_bytes = rp_kmer_index_default_memory(n_left, covered != NULL)};
    rp_stage_begin(k == run->k ? RP_STAGE_INDEX : RP_STAGE_INDEX_REST, 0);
    rp_kmer_index *index = rp_kmer_index_create(&run->genome, run->view.excluded, &parameters, error);
    if (index == NULL)
        return NULL;
    rp_log_line(run->log, "index: %u repeated %u-mers at %llu places", rp_kmer_index_n_kmers(index), k,
                (unsigned long long)rp_kmer_index_n_positions(index));
    if (rp_kmer_index_min_frequency(index) > min_frequency)
        rp_log_line(run->log,
                    "index: more k-mers repeat than 32 bits can number: those seen fewer than %u times are left out",
                    rp_kmer_index_min_frequency(index));
    return index;
}

static rp_kmer_index *map_index(rp_run *run, rp_error *error)
{
    const rp_run_parameters *parameters = run->parameters;
    rp_stage_begin(RP_STAGE_INDEX, 0);
    rp_kmer_index *index = rp_kmer_index_open(parameters->index, &run->genome, parameters->respect_mask,
                                              (unsigned)parameters->kmer, run->n_threads, error);
    if (index == NULL)
        return NULL;
    run->k = rp_kmer_index_k(index);
    rp_log_line(run->log, "index: mapped from %s", parameters->index);
    return index;
}

bool rp_run_get_index(rp_run *run, rp_error *error)
{
    const uint64_t kmer = run->parameters->kmer;
    run->k = kmer != 0 ? (unsigned)kmer : rp_kmer_index_default_k(rp_passed_over_left(&run->passed_over, &run->genome));
    run->index = run->parameters->index != NULL
                     ? map_index(run, error)
                     : build_index(run, run->k, INDEX_MIN_FREQUENCY, NULL, bases_left(run, NULL), error);
    if (run->index == NULL)
        return false;
    rp_warn_of_reads(run->log, &run->genome, run->index);
    return rp_keeper_check_k(run->keeper, run->k, error);
}

/* --- The passes --- */

/* One pass over the seeds of one index. */
static bool discover(rp_run *run, const rp_kmer_index *index, uint64_t max_candidates, rp_error *error)
{
    const rp_run_parameters *from = run->parameters;
    rp_run_state *state = &run->state;
    rp_discover_state *pass = &state->passes[state->mark];
    const rp_discover_parameters parameters = {.n_threads = run->n_threads,
                                               .channel_capacity = from->channel_capacity,
                                               .backpressure = from->backpressure,
                                               .max_candidates = max_candidates,
                                               .extension_length_bp = (uint32_t)from->extension_length,
                                               .kernel = run->kernel,
                                               .device_kernel = &run->offloading->for_consumers,
                                               .n_device_workers = rp_offloading_n_consumers(run->offloading),
                                               .n_cpu_workers = run->offloading->choice.cpu ? run->n_threads : 0,
                                               .max_extension_bp = (uint32_t)from->maxextend,
                                               .seed_limits = {.tandem_distance_bp = (uint32_t)from->tandemdist,
                                                               .min_frequency = (uint32_t)from->min_seed_frequency,
                                                               .max_frequency = (uint32_t)from->max_seed_frequency,
                                                               .intra_contig = from->intra_contig},
                                               .pairs = run->pairs,
                                               .pass = state->mark == RP_MARK_GROW ? 1 : 2,
                                               .hook = rp_run_hook(run),
                                               .state = pass,
                                               .n_covered = state->n_first_pass};
    rp_stage_begin(state->mark == RP_MARK_GROW ? RP_STAGE_GROW : RP_STAGE_GROW_REST, 0);
    if (!rp_discover(&run->view, index, &run->cover, &parameters, &state->library, &run->discovered[state->mark],
                     error))
        return false;
    free((uint64_t *)pass->used_seeds);
    *pass = (rp_discover_state){0};
    rp_log_line(run->log, "families grown: %zu", state->library.n);
    return true;
}

bool rp_run_grow(rp_run *run, rp_error *error)
{
    if (!discover(run, run->index, run->parameters->max_candidates, error))
        return false;
    run->state.n_first_pass = run->state.library.n;
    return true;
}

bool rp_run_grow_rest(rp_run *run, rp_error *error)
{
    const uint64_t wanted = run->parameters->max_candidates, looked_at = run->discovered[0].n_pairs;
    if (wanted > 0 && looked_at >= wanted)
        return true;
    /* Little room to sort in would mean many passes: the first index is not needed before the joins. */
    const rp_bitmask *covered = &run->cover.covered;
    const uint64_t n_left = bases_left(run, covered);
    const bool has_room =
        rp_kmer_index_default_memory(n_left, true) >= n_left / 6 || rp_kmer_index_spill(run->index, error);
    rp_kmer_index *index =
        has_room ? build_index(run, run->k - RP_REST_SHORTER, RP_SEED_MIN_COUNT, covered, n_left, error) : NULL;
    const bool ok = index != NULL && discover(run, index, wanted > 0 ? wanted - looked_at : 0, error);
    rp_kmer_index_destroy(index);
    return ok;
}

/* --- Joins --- */

/* The families that polishing begins with. */
static bool begin_polishing(rp_run *run)
{
    rp_run_state *state = &run->state;
    if (!rp_run_list_families(run, 0))
        return false;
    size_t *active = rp_alloc(state->n_source, sizeof *active);
    for (size_t i = 0; active != NULL && i < state->n_source; i++)
        active[i] = state->source[i];
    state->polish = (rp_polish_state){.active = active, .n_active = active != NULL ? state->n_source : 0};
    state->n_before = state->library.n;
    return active != NULL;
}

/* From here on families have copies wherever they are found: nobody asks for the cover. */
static bool uncover(rp_run *run)
{
    if (run->offloading->engine != NULL && !rp_engine_watch(run->offloading->engine, NULL))
        return false;
    run->view.covered = NULL;
    rp_cover_clear(&run->cover);
    return true;
}

bool rp_run_join(rp_run *run, rp_error *error)
{
    rp_run_state *state = &run->state;
    const rp_band_kernel *kernel = &run->offloading->for_stages;
    const rp_join_parameters join = {.n_threads = run->n_threads,
                                     .kernel = kernel,
                                     .max_extension_bp = (uint32_t)run->parameters->maxextend,
                                     .hook = rp_run_hook(run),
                                     .next_pass = &state->join_pass};
    rp_stage_begin(RP_STAGE_JOIN, 0);
    if (!rp_join_families(&run->view, run->index, &run->cover, &join, &state->library, &state->joined, error))
        return false;
    rp_log_line(
        run->log, "families joined: %llu",
        (unsigned long long)(state->joined.n_end_joins + state->joined.n_interior_joins + state->joined.n_circles));
    const rp_derive_parameters derive = {.n_threads = run->n_threads, .kernel = kernel};
    rp_stage_begin(RP_STAGE_DERIVE, 0);
    if (!rp_derive_families(&run->view, run->index, &derive, &state->library, &state->n_derived, error))
        return false;
    rp_log_line(run->log, "deletion derivatives: %llu", (unsigned long long)state->n_derived);
    return (uncover(run) && begin_polishing(run)) || rp_error_memory(error, "polishing families");
}
