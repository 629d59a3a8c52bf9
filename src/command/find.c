/* find.c: `reprise-c find`: options, inputs, the search (run/run.h), results. */
#include <signal.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "command/command.h"
#include "command/describe.h"
#include "command/find_options.h"
#include "genome/features.h"
#include "genome/reader.h"
#include "output/json.h"
#include "output/summary.h"
#include "run/run.h"
#include "run/warnings.h"

/* Zeroed at the start; cleared in any state. */
typedef struct find_command {
    rp_find_options *options;
    rp_offloading offloading;
    rp_family_file class_library;        /* of --classify-with */
    rp_genome class_records;
    rp_family_file known;                /* of --known, and its sequences */
    const rp_codes **known_consensus;
    rp_bitmask genes, unmasked;          /* of --genes and --protect */
    rp_run run;
} find_command;

/* --- Input --- */

/* The known families, before any state is looked at: it is bound to their sequences, whatever the file's name. */
static bool read_known(find_command *find, rp_error *error)
{
    rp_known *known = &find->run.known;
    if (find->options->known == NULL)
        return true;
    if (!rp_family_file_read(&find->known, find->options->known, NULL, error))
        return false;
    find->known_consensus = rp_family_file_consensus(&find->known);
    known->library = &find->known;
    known->consensus = find->known_consensus;
    return (find->known_consensus != NULL && rp_scan_digest_library(known->consensus, find->known.n, known->digest) &&
            json_object_set_new(find->options->binding, "--known", json_string(known->digest)) == 0) ||
           rp_error_memory(error, "known families");
}

static bool read_input(find_command *find, rp_error *error)
{
    const rp_find_options *options = find->options;
    rp_governor *governor = &find->options->governor;
    rp_genome *genome = &find->run.genome;
    if (!rp_domain_options_open(&find->options->domains, &governor->log, error))
        return false;
    if (options->classify_with != NULL &&
        !rp_family_file_read(&find->class_library, options->classify_with, &find->class_records, error))
        return false;
    rp_stages_expect(options->known != NULL ? UINT32_MAX : ~(1u << RP_STAGE_KNOWN));
    rp_stage_begin(RP_STAGE_READ, rp_input_bytes(options->inputs, options->n_inputs));
    if (!rp_genome_read(genome, options->inputs, options->n_inputs, options->search.respect_mask, &governor->reading,
                        error))
        return false;
    rp_log_line(&governor->log, "read %zu contigs, %llu bases", genome->n_contigs,
                (unsigned long long)genome->length_bp);
    rp_warn_of_names(&governor->log, genome);
    if (!rp_results_spare_others(&find->options->results, genome->digest, error) ||
        !rp_warn_of_near_copies(&governor->log, genome, options->inputs, options->n_inputs, governor->n_threads, error))
        return false;
    return rp_governor_plan(governor, genome,
                            rp_family_file_bases(&find->class_library) + rp_family_file_bases(&find->known), error) &&
           (options->genes == NULL ||
            rp_features_read(&find->genes, genome, options->genes, RP_FEATURES_CODING, error)) &&
           (options->presentation.protect == NULL ||
            rp_features_read(&find->unmasked, genome, options->presentation.protect, RP_FEATURES_ALL, error));
}

/* --- Results --- */

/* The options as they were given, but for a k-mer length that the genome's size gave. NULL: out of memory. */
static json_t *describe_parameters(const find_command *find)
{
    json_t *parameters = json_incref(find->options->described);
    return rp_json_if(parameters != NULL && rp_json_set(parameters, "kmer", json_integer((json_int_t)find->run.k)) &&
                          rp_domain_options_describe(&find->options->domains, parameters),
                      parameters);
}

static json_t *make_summary(const find_command *find)
{
    const rp_run *run = &find->run;
    const rp_results *results = &find->options->results;
    const bool with_run = !find->options->no_run_info;
    json_t *search = rp_describe_search(run), *this_run = with_run ? rp_describe_run(run) : NULL;
    const bool ok = search != NULL && (!with_run || this_run != NULL);
    return rp_json_if(ok, rp_summary_make(&run->findings, &run->others, &run->candidates, "find",
                                          with_run ? rp_results_sample(results) : results->sample,
                                          describe_parameters(find), search, this_run));
}

static bool write_results(find_command *find, rp_error *error)
{
    const rp_run *run = &find->run;
    rp_outcome outcome = {.findings = &run->findings,
                          .others = &run->others,
                          .candidates = &run->candidates,
                          .n_threads = run->n_threads,
                          .hard_mask = find->options->presentation.hard_mask,
                          .mask_tandem = find->options->presentation.mask_tandem,
                          .flank_bp = (uint32_t)find->options->presentation.flank,
                          .summary = make_summary(find),
                          .sample = rp_results_sample(&find->options->results),
                          .title = find->options->results.planned_prefix,
                          .seeds = run->seeds,
                          .frequencies = &run->frequencies,
                          .k = run->k,
                          .pairs = run->pairs};
    outcome.summary_of_report = json_deep_copy(outcome.summary);
    bool ok = outcome.summary_of_report != NULL || rp_error_memory(error, "summary");
    ok = ok && rp_results_write(&find->options->results, &outcome, error);
    json_decref(outcome.summary);
    json_decref(outcome.summary_of_report);
    if (ok)
        rp_log_line(run->log, "results written");
    return ok;
}

/* --- The command --- */

static bool find_and_write(find_command *find, rp_error *error)
{
    rp_find_steps *steps = &find->options->steps;
    if (!rp_steps_open(steps, error) || !rp_results_open(&find->options->results, error) || !read_input(find, error))
        return false;
    find->run.pairs_file = find->options->results.files[RP_RESULT_PAIRS];
    if (!rp_run_find(&find->run, error))
        return false;
    if (!rp_steps_give_results(steps))
        return rp_steps_write(steps, &find->run, error);
    rp_run *run = &find->run;
    const rp_presentation *presentation = &find->options->presentation;
    run->findings.naming = run->others.naming = run->candidates.naming = presentation->naming;
    run->findings.mutation_rate = presentation->mutation_rate;
    run->findings.unmasked = presentation->protect != NULL ? &find->unmasked : NULL;
    return write_results(find, error);
}

/* What a run that did not come to its end leaves. */
static void end_early(rp_run *run, rp_error *error)
{
    rp_keeper *keeper = run->keeper;
    if (rp_cancelled() == 0 || rp_cancelled() == SIGPIPE)
        return;
    rp_keeper_flush(keeper);
    const bool has_scan = rp_scan_keeper_flush(&run->scans), has_known = rp_scan_keeper_flush(&run->known.scans);
    if (has_scan || has_known || rp_run_folder_has_state(&keeper->folder))
        rp_command_goes_on(keeper->folder.path, error);
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_results(rp_find_options *options, rp_error *error)
{
    rp_targets *targets = &options->results.targets;
    bool ok = rp_steps_plan(&options->steps, &options->results, options->inputs[0], error) &&
              rp_results_plan(&options->results, options->inputs[0], error) &&
              rp_steps_spare(&options->steps, targets, error) &&
              rp_governor_add_targets(&options->governor, targets, error);
    for (size_t i = 0; ok && i < options->n_inputs; i++)
        ok = rp_targets_spare(targets, options->inputs[i], error);
    return ok && (options->classify_with == NULL || rp_targets_spare(targets, options->classify_with, error)) &&
           rp_domain_options_spare(&options->domains, targets, error) &&
           (options->known == NULL || rp_targets_spare(targets, options->known, error)) &&
           (options->genes == NULL || rp_targets_spare(targets, options->genes, error)) &&
           (options->presentation.protect == NULL || rp_targets_spare(targets, options->presentation.protect, error)) &&
           (options->search.index == NULL || rp_targets_spare(targets, options->search.index, error));
}

static void clear(find_command *find, bool done)
{
    rp_scan_keeper_close(&find->run.scans, done);
    rp_scan_keeper_close(&find->run.known.scans, done);
    rp_keeper_close(&find->options->keeper, done);
    rp_offloading_clear(&find->offloading);
    rp_run_clear(&find->run);
    rp_results_clear(&find->options->results, done);
    rp_bitmask_clear(&find->genes);
    rp_bitmask_clear(&find->unmasked);
    rp_genome_clear(&find->class_records);
    rp_family_file_clear(&find->class_library);
    rp_family_file_clear(&find->known);
    free(find->known_consensus);
    rp_find_options_clear(find->options);
}

int rp_command_find(int argc, char **argv)
{
    rp_find_options options;
    rp_error error = {""};
    if (!rp_find_options_parse(&options, argc, argv, &error))
        return rp_command_misuse("find", &error);
    if (options.help) {
        rp_find_options_help();
        rp_find_options_clear(&options);
        return RP_EXIT_OK;
    }
    if (!plan_results(&options, &error)) {
        const int status = rp_command_unplaced("find", &options.results.targets, &error);
        rp_results_clear(&options.results, false);
        rp_find_options_clear(&options);
        return status;
    }
    rp_governor *governor = &options.governor;
    governor->log.started_ns = rp_clock_ns();
    find_command find = {.options = &options, .offloading = {.choice = options.device_choice}};
    const char *prefix = options.results.planned_prefix;
    bool ok = rp_governor_start(governor, "find", options.inputs[0], prefix, &error);
    const bool uses_prefix = rp_results_use_prefix(&options.results);
    options.keeper.off |= !uses_prefix && options.keeper.shared == NULL;
    options.keeper.with_pairs = options.results.planned[RP_RESULT_PAIRS] != NULL;
    options.search.wants_frequencies = options.results.planned[RP_RESULT_FREQ] != NULL;
    find.run = (rp_run){.parameters = &options.search,
                        .keeper = &options.keeper,
                        .offloading = &find.offloading,
                        .log = &governor->log,
                        .kernel = governor->kernel,
                        .n_threads = governor->n_threads,
                        .domain_search = &options.domains.search,
                        .class_library = options.classify_with != NULL ? &find.class_library : NULL,
                        .class_records = &find.class_records,
                        .genes = options.genes != NULL ? &find.genes : NULL};
    rp_steps_set(&options.steps, &find.run);
    ok = ok && read_known(&find, &error) &&
         rp_keeper_open(&options.keeper, uses_prefix ? prefix : NULL, options.binding, &governor->log, &error) &&
         rp_offloading_choose(&find.offloading, &governor->log, "find", &error) && find_and_write(&find, &error);
    if (ok)
        rp_offloading_log(&find.offloading);
    else
        end_early(&find.run, &error);
    clear(&find, ok);
    ok = rp_governor_stop(governor, ok, &error) && ok;
    return rp_command_end("find", ok, &error);
}
