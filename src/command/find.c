/* find.c: `reprise-c find`: the whole run, from genome to result files. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/metrics.h"
#include "classify/by_library.h"
#include "classify/classify.h"
#include "classify/structure.h"
#include "command/command.h"
#include "command/find_options.h"
#include "command/offloading.h"
#include "command/telemetry.h"
#include "command/warnings.h"
#include "command/write.h"
#include "copies/annotate.h"
#include "copies/polish.h"
#include "discover/discover.h"
#include "genome/reader.h"
#include "genome/tandem.h"
#include "index/file.h"
#include "library/derive.h"
#include "library/join.h"
#include "output/json.h"
#include "output/reprise.h"
#include "output/summary.h"
#include "output/writers.h"
#include "report/report.h"

enum {
    REST_SHORTER = 1,                    /* bases by which the second pass' k-mers are shorter */
    POLISH_ROUNDS = 3
};

static const double EXPECTED_BY_CHANCE = 0.01; /* alignments in the whole genome */

/* Everything a run holds. Zeroed at the start; cleared in any state. */
typedef struct find_run {
    const rp_find_options *options;
    rp_governor *governor;
    unsigned n_threads;
    const rp_band_kernel *kernel;
    const rp_log *log;                   /* the governor's, as n_threads and kernel are */
    rp_offloading offloading;
    rp_genome genome;
    rp_bitmask tandem;
    rp_kmer_index *index;                /* of the first pass; the joins use it too */
    unsigned k, k_rest;                  /* of the first and the second pass */
    rp_family_file known;                /* of --classify-with */
    rp_genome known_records;
    rp_cover cover;
    rp_view view;
    rp_library library;
    const rp_codes **consensus;          /* of the families, less tandem ones */
    size_t *source;                      /* by consensus: its family in the library */
    rp_reprise_seed *seeds;              /* by consensus */
    size_t n_consensus;
    size_t consensus_capacity, source_capacity, seed_capacity;
    rp_reprise_frequencies frequencies;  /* for REPrise's .freq */
    rp_findings findings, others;        /* others: repeats that are no transposable elements */
    rp_discover_figures discovered[2];   /* by pass */
    rp_join_figures joined;
    uint64_t n_derived;
    rp_keeper keeper;
    rp_mark mark;                        /* the stage that is under way or comes next, for checkpoints */
    uint64_t n_first_pass;               /* families after the first pass */
    uint32_t join_pass;                  /* the next one */
    size_t n_before;                     /* the library's size when polishing began */
    rp_results results;
    json_t *summary, *summary_of_report; /* equal; two, since each is read by a thread of its own */
} find_run;

/* --- Checkpoints --- */

/* Keeps the run as it is, in the stage of run->mark; pass, polish and cover: how far that one is, NULL in other stages. */
static void keep_state(find_run *run, const rp_discover_state *pass, const rp_polish_state *polish, const rp_intervals *cover)
{
    rp_checkpoint state = {.genome_bp = run->genome.length_bp, .k = run->k, .mark = run->mark, .library = run->library,
                           .in_pass = pass != NULL, .n_first_pass = run->n_first_pass, .join_pass = run->join_pass, .joined = run->joined,
                           .n_derived = run->n_derived, .source = run->source, .n_source = run->n_consensus, .n_before = run->n_before};
    memcpy(state.digest, run->genome.digest, sizeof state.digest);
    memcpy(state.mask_digest, run->genome.mask_digest, sizeof state.mask_digest);
    for (int i = 0; i < 2; i++) {
        const rp_discover_figures *found = &run->discovered[i];
        state.n_seeds[i] = found->n_seeds;
        state.passes[i] = (rp_discover_state){.n_pairs = found->n_pairs, .n_rejected = found->n_rejected, .n_failed = found->n_failed,
                                              .n_tandem = found->n_tandem};
    }
    if (pass != NULL)
        state.passes[run->mark] = *pass;
    if (polish != NULL)
        state.polish = *polish;
    if (cover != NULL)
        state.cover = *cover;
    rp_keeper_keep(&run->keeper, &state, pass == NULL);
}

static bool pass_is_due(void *context)
{
    const find_run *run = context;
    return rp_keeper_is_due(&run->keeper);
}

static void keep_pass(void *context, const rp_discover_state *state)
{
    keep_state(context, state, NULL, NULL);
}

static void keep_joins(void *context, unsigned next_pass)
{
    find_run *run = context;
    rp_intervals cover = {0};
    run->join_pass = next_pass;
    if (run->keeper.folder.lock != 0 && rp_bitmask_intervals(&run->cover.covered, &run->genome, &cover))
        keep_state(run, NULL, NULL, &cover);
    free(cover.items);
}

static void keep_polish(void *context, const rp_polish_state *state)
{
    keep_state(context, NULL, state, NULL);
}

static bool reserve_lists(find_run *run)
{
    const size_t n = run->library.n + 1;
    return rp_reserve((void **)&run->source, &run->source_capacity, n, sizeof *run->source) &&
           rp_reserve((void **)&run->seeds, &run->seed_capacity, n, sizeof *run->seeds) &&
           rp_reserve((void **)&run->consensus, &run->consensus_capacity, n, sizeof *run->consensus);
}

static rp_reprise_seed seed_of(const rp_family *family)
{
    return (rp_reprise_seed){family->seed.kmer, family->seed.k, family->seed.count};
}

static bool cover_families(find_run *run, uint64_t n)
{
    rp_intervals intervals = {0};
    bool ok = true;
    for (uint64_t f = 0; ok && f < n; f++)
        ok = rp_family_cover(&run->library.items[f], &run->cover, &intervals);
    free(intervals.items);
    return ok;
}

/* Takes the state over from the checkpoint that the run goes on from. */
static bool restore(find_run *run, rp_error *error)
{
    rp_checkpoint *from = &run->keeper.from;
    if (!run->keeper.resumes)
        return true;
    run->library = from->library;
    from->library = (rp_library){0};
    run->mark = from->mark;
    run->k = from->k;
    run->n_first_pass = from->n_first_pass;
    run->join_pass = from->join_pass;
    run->joined = from->joined;
    run->n_derived = from->n_derived;
    run->n_before = from->n_before;
    for (int i = 0; i < 2; i++) {
        const rp_discover_state *pass = &from->passes[i];
        run->discovered[i] = (rp_discover_figures){.n_seeds = from->n_seeds[i], .n_pairs = pass->n_pairs, .n_rejected = pass->n_rejected,
                                                   .n_failed = pass->n_failed, .n_tandem = pass->n_tandem};
    }
    if (!reserve_lists(run) || (run->mark == RP_MARK_GROW_REST && !cover_families(run, run->n_first_pass)))
        return rp_error_memory(error, "checkpoint");
    if (run->mark == RP_MARK_JOIN)
        rp_cover_add(&run->cover, from->cover.items, from->cover.n);
    for (; run->n_consensus < from->n_source; run->n_consensus++) {
        run->source[run->n_consensus] = from->source[run->n_consensus];
        run->seeds[run->n_consensus] = seed_of(&run->library.items[from->source[run->n_consensus]]);
    }
    static const char *const stages[RP_N_MARKS] = {"families", "families of the rest", "joining", "polishing", "copies"};
    rp_log_line(run->log, "going on from the checkpoint: %zu families, at %s", run->library.n, stages[run->mark]);
    return true;
}

/* --- The stages --- */

static bool read_genome(find_run *run, rp_error *error)
{
    const rp_find_options *options = run->options;
    if (options->classify_with != NULL && !rp_family_file_read(&run->known, options->classify_with, &run->known_records, error))
        return false;
    rp_stage_begin(RP_STAGE_READ, rp_input_bytes(options->inputs, options->n_inputs));
    if (!rp_genome_read(&run->genome, options->inputs, options->n_inputs, options->respect_mask, &run->governor->reading, error))
        return false;
    rp_log_line(run->log, "read %zu contigs, %llu bases", run->genome.n_contigs, (unsigned long long)run->genome.length_bp);
    rp_warn_of_names(run->log, &run->genome);
    if (!rp_governor_plan(run->governor, &run->genome, rp_family_file_bases(&run->known), error) ||
        !rp_keeper_check_genome(&run->keeper, &run->genome, error))
        return false;
    rp_offloading_start(&run->offloading, &run->genome, run->kernel);
    return true;
}

/* The devices have had the time of the index to start. */
static bool wait_for_devices(find_run *run, rp_error *error)
{
    if (!rp_offloading_wait(&run->offloading, error))
        return false;
    return run->offloading.engine == NULL || rp_engine_watch(run->offloading.engine, &run->cover.covered) ||
           rp_error_memory(error, "devices");
}

static bool mask_tandem(find_run *run, rp_error *error)
{
    rp_stage_begin(RP_STAGE_TANDEM, run->genome.length_bp);
    if (!rp_tandem_mask(&run->tandem, &run->genome, run->n_threads, error))
        return false;
    const uint64_t tandem_bp = rp_bitmask_count(&run->tandem, 0, run->genome.length_bp);
    rp_log_line(run->log, "tandem repeats: %llu bases", (unsigned long long)tandem_bp);
    return true;
}

/* What gives no seeds in the search: tandem repeats, and lower case where that is to be respected. */
static bool exclude_soft_mask(find_run *run, rp_bitmask *excluded)
{
    if (!run->options->respect_mask)
        return true;
    if (!rp_bitmask_init(excluded, run->genome.length_bp))
        return false;
    rp_bitmask_add(excluded, &run->tandem);
    rp_genome_exclude_soft_mask(&run->genome, excluded, RP_KMER_MAX);
    return true;
}

static rp_kmer_index *build_index(find_run *run, unsigned k, uint32_t min_frequency, const rp_bitmask *excluded, rp_error *error)
{
    const rp_kmer_index_parameters parameters = {.k = k, .min_frequency = min_frequency, .n_threads = run->n_threads,
                                                 .memory_bytes = rp_kmer_index_default_memory(run->genome.length_bp)};
    rp_stage_begin(k == run->k ? RP_STAGE_INDEX : RP_STAGE_INDEX_REST, 0);
    rp_kmer_index *index = rp_kmer_index_create(&run->genome, excluded, &parameters, error);
    if (index != NULL)
        rp_log_line(run->log, "index: %u repeated %u-mers at %llu places", rp_kmer_index_n_kmers(index), k,
               (unsigned long long)rp_kmer_index_n_positions(index));
    if (index != NULL && rp_kmer_index_min_frequency(index) > min_frequency)
        rp_log_line(run->log,
                    "index: more k-mers repeat than 32 bits can number: those seen fewer than %u times are left out",
                    rp_kmer_index_min_frequency(index));
    return index;
}

/* One pass over the seeds of one index. */
static bool discover(find_run *run, const rp_kmer_index *index, uint64_t max_candidates, rp_discover_figures *figures,
                     rp_error *error)
{
    const rp_find_options *options = run->options;
    const rp_discover_keeper keeper = {pass_is_due, keep_pass, run};
    const rp_discover_parameters parameters = {
        .n_threads = run->n_threads, .channel_capacity = options->channel_capacity,
        .backpressure = options->backpressure, .max_candidates = max_candidates,
        .extension_length_bp = (uint32_t)options->extension_length, .kernel = run->kernel,
        .device_kernel = &run->offloading.for_consumers, .n_device_workers = rp_offloading_n_consumers(&run->offloading),
        .n_cpu_workers = run->offloading.choice.cpu ? run->n_threads : 0,
        .max_extension_bp = (uint32_t)options->maxextend,
        .seed_limits = {.tandem_distance_bp = (uint32_t)options->tandemdist,
                        .min_frequency = (uint32_t)options->min_seed_frequency,
                        .max_frequency = (uint32_t)options->max_seed_frequency, .intra_contig = options->intra_contig},
        .keeper = &keeper, .n_covered = run->mark == RP_MARK_GROW ? 0 : run->n_first_pass,
        .resume = run->keeper.resumes && run->keeper.from.in_pass && run->keeper.from.mark == run->mark ? &run->keeper.from.passes[run->mark]
                                                                                                        : NULL};
    rp_stage_begin(index == run->index ? RP_STAGE_GROW : RP_STAGE_GROW_REST, 0);
    if (!rp_discover(&run->view, index, &run->cover, &parameters, &run->library, figures, error))
        return false;
    rp_log_line(run->log, "families grown: %zu", run->library.n);
    return true;
}

/* A second pass with shorter k-mers over what the first has left: old families share few long words. */
static bool discover_rest(find_run *run, const rp_bitmask *excluded, rp_error *error)
{
    const uint64_t wanted = run->options->max_candidates, looked_at = run->discovered[0].n_pairs;
    if (wanted > 0 && looked_at >= wanted)
        return true;
    rp_bitmask left_out;
    if (!rp_bitmask_init(&left_out, run->genome.length_bp))
        return rp_error_memory(error, "second pass");
    rp_bitmask_add(&left_out, excluded);
    rp_bitmask_add(&left_out, &run->cover.covered);
    /* Little room to sort in would mean many passes: the first index is not needed before the joins. */
    const bool has_room = rp_kmer_index_default_memory(run->genome.length_bp) >= run->genome.length_bp || rp_kmer_index_spill(run->index, error);
    rp_kmer_index *index = has_room ? build_index(run, run->k_rest, RP_SEED_MIN_COUNT, &left_out, error) : NULL;
    const bool ok = index != NULL && discover(run, index, wanted > 0 ? wanted - looked_at : 0, &run->discovered[1], error);
    rp_kmer_index_destroy(index);
    rp_bitmask_clear(&left_out);
    return ok;
}

/* The index of the first pass, which the joins and the polishing use too: mapped or made. */
static bool get_index(find_run *run, const rp_bitmask *excluded, rp_error *error)
{
    const rp_find_options *options = run->options;
    if (options->index != NULL) {
        rp_stage_begin(RP_STAGE_INDEX, 0);
        run->index = rp_kmer_index_open(options->index, &run->genome, options->respect_mask, (unsigned)options->kmer, run->n_threads, error);
        if (run->index == NULL)
            return false;
        run->k = rp_kmer_index_k(run->index);
        rp_log_line(run->log, "index: mapped from %s", options->index);
    } else {
        run->k = options->kmer != 0 ? (unsigned)options->kmer : rp_kmer_index_default_k(run->genome.acgt_bp);
        run->index = build_index(run, run->k, 2, excluded, error);
    }
    if (run->index == NULL)
        return false;
    rp_warn_of_reads(run->log, &run->genome, run->index);
    return rp_keeper_check_k(&run->keeper, run->k, error);
}

/* Both passes; a checkpoint may have been made in either. */
static bool search(find_run *run, const rp_bitmask *excluded, rp_error *error)
{
    if (run->mark == RP_MARK_GROW) {
        if (!discover(run, run->index, run->options->max_candidates, &run->discovered[0], error))
            return false;
        run->n_first_pass = run->library.n;
        run->mark = RP_MARK_GROW_REST;
        keep_state(run, NULL, NULL, NULL);
    }
    if (run->mark == RP_MARK_GROW_REST) {
        if (!discover_rest(run, excluded, error))
            return false;
        run->mark = RP_MARK_JOIN;
        keep_joins(run, 0);
    }
    return true;
}

static bool join_and_derive(find_run *run, rp_error *error)
{
    const rp_join_parameters parameters = {.n_threads = run->n_threads, .kernel = &run->offloading.for_stages,
                                           .max_extension_bp = (uint32_t)run->options->maxextend, .first_pass = run->join_pass,
                                           .keep = keep_joins, .keep_context = run};
    rp_stage_begin(RP_STAGE_JOIN, 0);
    if (!rp_join_families(&run->view, run->index, &run->cover, &parameters, &run->library, &run->joined, error))
        return false;
    rp_log_line(run->log, "families joined: %llu", (unsigned long long)(run->joined.n_end_joins + run->joined.n_interior_joins + run->joined.n_circles));
    const rp_derive_parameters derive = {.n_threads = run->n_threads, .kernel = &run->offloading.for_stages};
    rp_stage_begin(RP_STAGE_DERIVE, 0);
    if (!rp_derive_families(&run->view, run->index, &derive, &run->library, &run->n_derived, error))
        return false;
    rp_log_line(run->log, "deletion derivatives: %llu", (unsigned long long)run->n_derived);
    return true;
}

static bool find_families(find_run *run, const rp_bitmask *excluded, rp_error *error)
{
    const bool wants_frequencies = run->results.files[RP_RESULT_FREQ] != NULL;
    if ((run->mark < RP_MARK_COPIES || wants_frequencies) && !get_index(run, excluded, error))
        return false;
    run->k_rest = run->k - REST_SHORTER;
    if (wants_frequencies && !rp_reprise_list(run->index, &run->genome, (uint32_t)run->options->min_seed_frequency, &run->frequencies))
        return rp_error_memory(error, "k-mer frequencies");
    return wait_for_devices(run, error) && search(run, excluded, error) && (run->mark > RP_MARK_JOIN || join_and_derive(run, error));
}

/* Bases of tandem repeats: the mask, and the copies of families that are tandem repeats. */
static bool collect_tandem(find_run *run)
{
    for (size_t f = 0; f < run->library.n; f++) {
        const rp_family *family = &run->library.items[f];
        for (size_t i = 0; i < family->copies.n && family->tandem; i++)
            rp_bitmask_set(&run->tandem, family->copies.items[i].begin, family->copies.items[i].end);
    }
    return rp_bitmask_intervals(&run->tandem, &run->genome, &run->findings.tandem);
}

/* Lists the families from number `first` on that are no tandem repeats, each as the strand that its ends tell. */
static bool list_families(find_run *run, size_t first)
{
    if (!reserve_lists(run))
        return false;
    for (size_t f = first; f < run->library.n; f++) {
        const rp_family *family = &run->library.items[f];
        rp_codes *consensus = &run->library.items[f].consensus;
        if (consensus->n < run->options->minlength || family->tandem)
            continue;
        run->seeds[run->n_consensus] = seed_of(family);
        if (rp_structure_is_turned(consensus)) {
            rp_codes turned = {0};
            if (!rp_codes_reverse_complement(&turned, consensus->items, consensus->n))
                return false;
            free(consensus->items);
            *consensus = turned;
        }
        run->source[run->n_consensus++] = f;
    }
    return true;
}

/* After the library has come to rest. */
static void list_consensus(find_run *run)
{
    for (size_t i = 0; i < run->n_consensus; i++)
        run->consensus[i] = &run->library.items[run->source[i]].consensus;
}

/* Families that are tandem repeats are known without a scan: their copies are those of the search. */
static bool add_tandem_families(find_run *run)
{
    const rp_traits traits = {.other = RP_OTHER_SATELLITE};
    size_t n = 0;
    for (size_t f = 0; f < run->library.n; f++) {
        const rp_family *family = &run->library.items[f];
        if (!family->tandem || family->consensus.n == 0)
            continue;
        uint64_t bases = 0;
        for (size_t i = 0; i < family->copies.n; i++)
            bases += family->copies.items[i].end - family->copies.items[i].begin;
        char name[24];
        (void)snprintf(name, sizeof name, "T%zu", ++n);
        if (!rp_findings_add(&run->others, name, rp_other_class[RP_OTHER_SATELLITE], &family->consensus, family->copies.n,
                             bases, &traits))
            return false;
    }
    return true;
}

/* Moves what is no transposable element to run->others; the rest is placed anew without them. */
static bool set_others_apart(find_run *run, rp_annotation *annotation, const rp_findings *all, rp_error *error)
{
    rp_parts parts = {0}, other_parts = {0};
    uint8_t *left_out = rp_alloc(run->n_consensus, 1);
    bool ok = left_out != NULL;
    for (size_t f = 0; ok && f < all->n_families; f++)
        left_out[all->families[f].source] = all->families[f].traits.other != RP_OTHER_NONE;
    for (size_t i = 0; ok && i < all->parts.n; i++) {
        const rp_found_family *family = &all->families[all->parts.items[i].family];
        if (family->traits.other == RP_OTHER_NONE)
            continue;
        ok = rp_parts_push(&other_parts, all->parts.items[i]);
        if (ok)
            other_parts.items[other_parts.n - 1].family = (uint32_t)family->source;
    }
    if (!ok)
        (void)rp_error_memory(error, "findings");
    ok = ok && rp_annotation_place(annotation, left_out, &parts, error);
    if (ok && !(rp_findings_init(&run->findings, &run->genome, run->consensus, run->n_consensus, 'R', &parts) &&
                rp_findings_take_traits(&run->findings, all) &&
                rp_findings_init(&run->others, &run->genome, run->consensus, run->n_consensus, 'O', &other_parts) &&
                rp_findings_take_traits(&run->others, all)))
        ok = rp_error_memory(error, "findings");
    free(left_out);
    free(parts.items);
    free(other_parts.items);
    return ok;
}

/* Places the copies of all families and tells the families that are no transposable elements from the rest. */
static bool place_and_classify(find_run *run, rp_annotation *annotation, rp_error *error)
{
    rp_parts parts = {0};
    rp_findings all = {0};
    bool ok = rp_annotation_place(annotation, NULL, &parts, error);
    if (ok && !rp_findings_init(&all, &run->genome, run->consensus, run->n_consensus, 'R', &parts))
        ok = rp_error_memory(error, "findings");
    free(parts.items);
    all.kernel = run->kernel;
    const rp_classify_parameters parameters = {.n_threads = run->n_threads, .min_copies = (uint32_t)run->options->min_copies};
    rp_stage_begin(RP_STAGE_CLASSIFY, 0);
    ok = ok && rp_classify(&all, &parameters, error);
    size_t n_others = 0;
    for (size_t f = 0; ok && f < all.n_families; f++)
        n_others += all.families[f].traits.other != RP_OTHER_NONE;
    if (ok && n_others > 0 && !run->options->keep_other) {
        ok = set_others_apart(run, annotation, &all, error);
        rp_findings_clear(&all);
    } else {
        run->findings = all;
    }
    run->findings.kernel = run->others.kernel = run->kernel;
    run->others.genome = &run->genome;
    return ok && (run->options->classify_with == NULL ||
                  rp_classify_by_library(&run->findings, &run->known, &run->known_records, run->n_threads, error));
}

/* The library comes to rest; what polishing has cut off is listed behind the others. */
static bool polish(find_run *run, const rp_view *all, const rp_annotate_parameters *annotate, rp_error *error)
{
    if (run->mark < RP_MARK_POLISH) {
        if (!list_families(run, 0))
            return rp_error_memory(error, "polishing families");
        run->n_before = run->library.n;
        run->mark = RP_MARK_POLISH;
        const rp_polish_state begin = {.active = run->source, .n_active = run->n_consensus};
        keep_polish(run, &begin);
    }
    const rp_keeper *keeper = &run->keeper;
    const rp_polish_parameters parameters = {.n_threads = run->n_threads, .kernel = &run->offloading.for_stages, .n_rounds = POLISH_ROUNDS,
                                             .max_extension_bp = (uint32_t)run->options->maxextend,
                                             .resume = keeper->resumes && keeper->from.mark == RP_MARK_POLISH ? &keeper->from.polish : NULL,
                                             .keep = keep_polish, .keep_context = run};
    rp_stage_begin(RP_STAGE_POLISH, 0);
    if (!rp_polish(all, run->index, run->source, run->n_consensus, annotate, &parameters, &run->library, error))
        return false;
    if (!list_families(run, run->n_before))
        return rp_error_memory(error, "polishing families");
    rp_log_line(run->log, "families polished");
    run->mark = RP_MARK_COPIES;
    keep_state(run, NULL, NULL, NULL);
    return true;
}

/* Families that were found outside of lower case have copies in it too. */
static bool find_copies(find_run *run, rp_error *error)
{
    const rp_view all = {.genome = &run->genome, .excluded = &run->tandem};
    const rp_annotate_parameters parameters = {.n_threads = run->n_threads, .kernel = &run->offloading.for_stages,
                                               .expected_by_chance = EXPECTED_BY_CHANCE,
                                               .min_copies = (uint32_t)run->options->min_copies,
                                               .manner = RP_ANNOTATE_FOUND};
    if (run->mark < RP_MARK_COPIES && !polish(run, &all, &parameters, error))
        return false;
    list_consensus(run);
    rp_kmer_index_destroy(run->index);
    run->index = NULL;
    rp_stage_begin(RP_STAGE_COPIES, 0);
    rp_annotation *annotation = rp_annotation_create(&all, run->consensus, run->n_consensus, &parameters, error);
    const bool ok = annotation != NULL && place_and_classify(run, annotation, error);
    rp_annotation_destroy(annotation);
    if (!ok)
        return false;
    if (!collect_tandem(run) || !add_tandem_families(run))
        return rp_error_memory(error, "tandem repeats");
    rp_log_line(run->log, "families: %zu, other repeats: %zu, parts of copies: %zu, masked: %.2f %%", run->findings.n_families,
                run->others.n_families, run->findings.parts.n,
                100.0 * (double)run->findings.masked_bp / (double)(run->genome.acgt_bp > 0 ? run->genome.acgt_bp : 1));
    return true;
}

/* --- Results --- */

static json_t *describe_parameters(const find_run *run)
{
    const rp_find_options *options = run->options;
    return json_pack("{s:i, s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:I, s:I, s:I, s:b, s:b}", "kmer", (int)run->k, "min_seed_frequency",
                     (json_int_t)options->min_seed_frequency, "max_seed_frequency",
                     (json_int_t)options->max_seed_frequency, "min_copies", (json_int_t)options->min_copies,
                     "max_candidates", (json_int_t)options->max_candidates, "intra_contig", options->intra_contig,
                     "respect_mask", options->respect_mask, "keep_other", options->keep_other, "minlength", (json_int_t)options->minlength, "maxextend",
                     (json_int_t)options->maxextend, "tandemdist", (json_int_t)options->tandemdist, "hard_mask", options->write.hard_mask, "mask_tandem",
                     options->write.mask_tandem);
}

static json_t *describe_search(const find_run *run)
{
    json_t *passes = json_array();
    bool ok = passes != NULL;
    for (int i = 0; ok && i < 2; i++) {
        const rp_discover_figures *found = &run->discovered[i];
        ok = rp_json_append(
            passes, json_pack("{s:i, s:I, s:I, s:I, s:I, s:I}", "kmer", (int)(i == 0 ? run->k : run->k_rest), "seeds",
                              (json_int_t)found->n_seeds, "candidate_pairs", (json_int_t)found->n_pairs,
                              "seeds_rejected", (json_int_t)found->n_rejected, "growths_failed",
                              (json_int_t)found->n_failed, "tandem_families", (json_int_t)found->n_tandem));
    }
    return rp_json_if(ok, json_pack("{s:o, s:I, s:I, s:I, s:I, s:I}", "passes", passes, "joins_tried", (json_int_t)run->joined.n_tried,
                                    "end_joins", (json_int_t)run->joined.n_end_joins, "interior_joins",
                                    (json_int_t)run->joined.n_interior_joins, "circles_opened", (json_int_t)run->joined.n_circles,
                                    "derivatives", (json_int_t)run->n_derived));
}

static json_t *describe_pass_run(const rp_discover_figures *found)
{
    return json_pack("{s:I, s:[I, I], s:[I, I], s:I, s:I, s:f, s:f, s:f, s:I, s:I}", "batches", (json_int_t)found->n_batches,
                     "batches_grown_by_cpu_and_devices", (json_int_t)found->batches_by[0], (json_int_t)found->batches_by[1],
                     "pairs_grown_by_cpu_and_devices", (json_int_t)found->pairs_by[0], (json_int_t)found->pairs_by[1],
                     "batches_redone", (json_int_t)found->n_redone, "batches_parked", (json_int_t)found->n_parked,
                     "channel_push_blocked_seconds", (double)found->ring.push_blocked_ns * 1e-9,
                     "channel_pop_blocked_seconds", (double)found->ring.pop_blocked_ns * 1e-9, "token_wait_seconds",
                     (double)found->token_wait_ns * 1e-9, "channel_most_pairs", (json_int_t)found->ring.max_pairs,
                     "alignment_cells", (json_int_t)found->cells);
}

static json_t *describe_run(const find_run *run)
{
    const rp_usage usage = rp_log_usage(run->log);
    return json_pack("{s:i, s:s, s:o, s:f, s:f, s:I, s:[o, o], s:o}", "threads", (int)run->n_threads, "simd", run->kernel->name, "devices",
                     rp_offloading_describe(&run->offloading),
                     "wall_seconds", usage.wall_seconds, "cpu_seconds", usage.cpu_seconds,
                     "peak_memory_kb", (json_int_t)usage.peak_kb, "passes", describe_pass_run(&run->discovered[0]),
                     describe_pass_run(&run->discovered[1]), "telemetry", rp_telemetry_json());
}

static json_t *make_summary(const find_run *run)
{
    const bool with_run = !run->options->no_run_info;
    json_t *search = describe_search(run), *this_run = with_run ? describe_run(run) : NULL;
    const bool ok = search != NULL && (!with_run || this_run != NULL);
    return rp_json_if(ok, rp_summary_make(&run->findings, &run->others, "find", describe_parameters(run), search, this_run));
}

static bool write_report(const find_run *run, rp_file *file, rp_error *error)
{
    rp_report report = {0};
    char *title = rp_results_prefix(&run->results, run->options->inputs[0]);
    const bool ok = (title != NULL || rp_error_memory(error, "report")) &&
                    rp_report_from_findings(&report, &run->findings, json_incref(run->summary_of_report), error);
    report.title = title;
    const bool written = ok && rp_report_write(&report, file, error);
    rp_report_clear(&report);
    free(title);
    return written;
}

/* A file in REPrise's format. */
static bool write_reprise(const find_run *run, rp_result which, rp_file *file, rp_error *error)
{
    if (which == RP_RESULT_REPROF)
        rp_write_reprof(&run->findings, run->seeds, file);
    else if (which == RP_RESULT_FREQ)
        rp_write_freq(&run->frequencies, run->k, file);
    else if (which == RP_RESULT_REPRISE_BED)
        rp_write_reprise_bed(&run->findings, file);
    else
        return rp_write_reprise_masked(&run->findings, file, error);
    return true;
}

static bool write_result(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    find_run *run = argument;
    const rp_findings *findings = &run->findings;
    rp_file *file = run->results.files[which];
    if (file == NULL || which == RP_RESULT_SEEDS)
        return true;
    bool ok;
    if (which == RP_RESULT_SUMMARY)
        ok = rp_json_write(json_incref(run->summary), file) || rp_error_memory(error, "summary");
    else if (which == RP_RESULT_REPORT)
        ok = write_report(run, file, error);
    else if (which >= RP_RESULT_REPROF && which <= RP_RESULT_REPRISE_MASKED)
        ok = write_reprise(run, (rp_result)which, file, error);
    else
        ok = rp_write_result(which == RP_RESULT_OTHER || which == RP_RESULT_OTHER_BED ? &run->others : findings, (rp_result)which, &run->options->write, file, error);
    return ok && rp_file_finish(file, error);
}

static bool write_results(find_run *run, rp_error *error)
{
    rp_stage_begin(RP_STAGE_WRITE, 0);
    run->summary = make_summary(run);
    run->summary_of_report = json_deep_copy(run->summary);
    if (run->summary == NULL || run->summary_of_report == NULL)
        return rp_error_memory(error, "summary");
    rp_file *seeds = run->results.files[RP_RESULT_SEEDS]; /* all threads make them */
    if (seeds != NULL && !(rp_write_seed_alignments(&run->findings, run->n_threads, seeds, error) && rp_file_finish(seeds, error)))
        return false;
    if (!rp_parallel(RP_N_RESULTS, run->n_threads, write_result, run, error))
        return false;
    if (!rp_results_commit(&run->results, error))
        return false;
    rp_log_line(run->log, "results written");
    return true;
}

/* --- The whole run --- */

static bool find(find_run *run, rp_error *error)
{
    rp_bitmask lower_case = {0};
    const rp_bitmask *excluded = run->options->respect_mask ? &lower_case : &run->tandem;
    bool ok = rp_results_open(&run->results, error) && read_genome(run, error) && mask_tandem(run, error);
    if (ok && (!exclude_soft_mask(run, &lower_case) || !rp_cover_init(&run->cover, run->genome.length_bp)))
        ok = rp_error_memory(error, "masks");
    run->view = (rp_view){.genome = &run->genome, .covered = &run->cover.covered, .excluded = excluded};
    ok = ok && restore(run, error) && find_families(run, excluded, error) && find_copies(run, error) &&
         write_results(run, error);
    rp_bitmask_clear(&lower_case);
    return ok;
}

static void clear_run(find_run *run, bool done)
{
    rp_keeper_close(&run->keeper, done);
    rp_offloading_clear(&run->offloading);
    rp_results_clear(&run->results, done);
    json_decref(run->summary);
    json_decref(run->summary_of_report);
    rp_findings_clear(&run->findings);
    rp_findings_clear(&run->others);
    free(run->consensus);
    free(run->seeds);
    free(run->source);
    free(run->frequencies.items);
    rp_library_clear(&run->library);
    rp_cover_clear(&run->cover);
    rp_kmer_index_destroy(run->index);
    rp_bitmask_clear(&run->tandem);
    rp_genome_clear(&run->genome);
    rp_genome_clear(&run->known_records);
    rp_family_file_clear(&run->known);
}

/* A run that was ended by a signal or by its budget tells how it goes on. */
static void add_advice(const find_run *run, rp_error *error)
{
    const rp_error reason = *error;
    error->message[0] = '\0';
    (void)rp_error_set(error, "%s; the same command %sgoes on from %s", reason.message,
                       rp_cancelled() == RP_CANCEL_MEMORY ? "with more memory " : "", run->keeper.folder.path);
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_results(find_run *run, rp_error *error)
{
    const rp_find_options *options = run->options;
    rp_targets *targets = &run->results.targets;
    bool ok = rp_results_plan(&run->results, options->inputs[0], error) &&
              rp_governor_add_targets(run->governor, targets, error);
    for (size_t i = 0; ok && i < options->n_inputs; i++)
        ok = rp_targets_spare(targets, options->inputs[i], error);
    return ok && (options->classify_with == NULL || rp_targets_spare(targets, options->classify_with, error)) &&
           (options->index == NULL || rp_targets_spare(targets, options->index, error));
}

int rp_command_find(int argc, char **argv)
{
    rp_find_options options;
    rp_error error = {""};
    if (!rp_find_options_parse(&options, argc, argv, &error))
        return rp_command_misuse("find", &error);
    if (options.help) {
        rp_find_options_help();
        return RP_EXIT_OK;
    }
    rp_governor *governor = &options.governor;
    governor->log.started_ns = rp_clock_ns();
    find_run run = {.options = &options, .governor = governor, .log = &governor->log, .kernel = governor->kernel,
                    .offloading = {.choice = options.device_choice}, .results = options.results, .keeper = options.keeper};
    if (!plan_results(&run, &error)) {
        const int status = rp_command_unplaced("find", &run.results.targets, &error);
        rp_results_clear(&run.results, false);
        return status;
    }
    char *prefix = rp_results_prefix(&run.results, options.inputs[0]);
    bool ok = (prefix != NULL || rp_error_memory(&error, "file names")) &&
              rp_governor_start(governor, "find", options.inputs[0], prefix, &error);
    run.n_threads = governor->n_threads;
    run.keeper.off |= !rp_results_use_prefix(&run.results);
    ok = ok && rp_keeper_open(&run.keeper, prefix, options.binding, run.log, &error) &&
         rp_offloading_choose(&run.offloading, run.log, "find", &error) && find(&run, &error);
    if (ok)
        rp_offloading_log(&run.offloading);
    if (!ok && rp_cancelled() != 0 && rp_cancelled() != SIGPIPE) {
        rp_keeper_flush(&run.keeper);
        if (rp_run_folder_has_state(&run.keeper.folder))
            add_advice(&run, &error);
    }
    clear_run(&run, ok);
    json_decref(options.binding);
    ok = rp_governor_stop(governor, ok, &error) && ok;
    free(prefix);
    return rp_command_end("find", ok, &error);
}
