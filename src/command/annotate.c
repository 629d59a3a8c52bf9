/* annotate.c: `reprise-c annotate`: all copies of a given library in a genome. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "base/clock.h"
#include "checkpoint/folder.h"
#include "classify/classify.h"
#include "command/command.h"
#include "command/describe.h"
#include "command/governor.h"
#include "device/offloading.h"
#include "command/results.h"
#include "run/warnings.h"
#include "copies/annotate.h"
#include "genome/features.h"
#include "genome/reader.h"
#include "genome/tandem.h"
#include "library/family_file.h"
#include "output/json.h"
#include "output/summary.h"

typedef struct annotate_options {
    bool help, no_run_info, fast, hints, no_decoy;
    bool hard_mask, mask_tandem;
    uint64_t min_copies, search_space;
    const char *device, *protect, *class_names;
    rp_naming naming;                    /* of class_names */
} annotate_options;

/* Zeroed at the start; cleared in any state. */
typedef struct annotate_run {
    annotate_options options;
    json_t *described;                   /* the options that results follow from, for the summary */
    const char *genome_path, *library_path;
    rp_governor governor;
    rp_offloading offloading;
    rp_results results;
    rp_run_folder folder;
    rp_genome genome;
    rp_bitmask tandem, unmasked; /* unmasked: of --protect */
    rp_family_file library;
    rp_row_store *rows;
    rp_findings findings;
} annotate_run;

enum {
    TABLE_ROWS = 96,
    DECOY_ONE_IN = 4 /* blocks that are scanned backwards: nearly all of the time goes to words that meet by chance */
};

static size_t fill_table(annotate_run *run, rp_option *table)
{
    annotate_options *o = &run->options;
    size_t n = 0;
    table[n++] = (rp_option){RP_OPTION_HEADING, "output:", 0, NULL, NULL, 0, 0, NULL};
    n += rp_results_options(&run->results, table + n);
    const rp_option rows[] = {
        {RP_OPTION_FLAG, "no-run-info", 0, NULL, &o->no_run_info, 0, 0, "leave times and threads out of the summary"},
        {RP_OPTION_FLAG, "hard-mask", 0, NULL, &o->hard_mask, 0, 0, "mask with N instead of lower case", .tells = true},
        {RP_OPTION_FLAG, "mask-tandem", 0, NULL, &o->mask_tandem, 0, 0, "mask tandem repeats too", .tells = true},
        {RP_OPTION_TEXT, "protect", 0, "FILE", &o->protect, 0, 0,
         "intervals, BED or GFF3, that the masked genome has as they came", .tells = true},
        {RP_OPTION_TEXT, "class-names", 0, "NAMES", &o->class_names, 0, 0,
         "names of classes: repeatmasker, wicker (codes), so (Sequence Ontology), dfam (lineages) [repeatmasker]",
         .tells = true},
        {RP_OPTION_HEADING, "method:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_FLAG, "fast", 0, NULL, &o->fast, 0, 0, "longer words: a third of the time, and fewer old copies",
         .tells = true},
        {RP_OPTION_FLAG, "no-decoy", 0, NULL, &o->no_decoy, 0, 0,
         "do not measure the families on the genome backwards: no thresholds of their own", .tells = true},
        {RP_OPTION_FLAG, "hints", 0, NULL, &o->hints, 0, 0,
         "look at each family's structure too: class hints in the summary"},
        {RP_OPTION_NUMBER, "min-copies", 0, "N", &o->min_copies, 1, UINT32_MAX,
         "copies that a family needs to have any [1]", .tells = true},
        {RP_OPTION_NUMBER, "search-space", 0, "BP", &o->search_space, 1, UINT64_MAX / 4,
         "scores and words as for a genome of so many bases [A, C, G and T of this one]", .tells = true},
        {RP_OPTION_HEADING, "run (no effect on the results):", 0, NULL, NULL, 0, 0, NULL},
        rp_device_option(&o->device),
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table + n, rows, sizeof rows);
    n += sizeof rows / sizeof rows[0];
    return n + rp_governor_options(&run->governor, table + n);
}

static void print_help(const rp_option *table, size_t n)
{
    printf("usage: reprise-c annotate [options] genome.fa[.gz] library.fa[.gz]\n\n"
           "Finds all copies of the families of a library (FASTA; >name#class) in a genome and masks them.\n"
           "A result file named FILE.gz is compressed (bgzip); - is standard output.\n");
    rp_options_print(table, n, stdout);
}

static bool read_input(annotate_run *run, rp_error *error)
{
    rp_stage_begin(RP_STAGE_READ, rp_input_bytes(&run->genome_path, 1));
    if (!rp_family_file_read(&run->library, run->library_path, NULL, error) ||
        !rp_genome_read(&run->genome, &run->genome_path, 1, false, &run->governor.reading, error) ||
        !rp_governor_plan(&run->governor, &run->genome, rp_family_file_bases(&run->library), error) ||
        (run->options.protect != NULL &&
         !rp_features_read(&run->unmasked, &run->genome, run->options.protect, RP_FEATURES_ALL, error)))
        return false;
    rp_log_line(&run->governor.log, "read %zu families, %zu contigs, %llu bases", run->library.n, run->genome.n_contigs,
                (unsigned long long)run->genome.length_bp);
    rp_warn_of_names(&run->governor.log, &run->genome);
    rp_offloading_start(&run->offloading, &run->genome, run->governor.kernel);
    rp_stage_begin(RP_STAGE_TANDEM, run->genome.length_bp);
    return rp_tandem_mask(&run->tandem, &run->genome, run->governor.n_threads, error) &&
           rp_offloading_wait(&run->offloading, error);
}

/* The genome's size by which chance is judged. */
static uint64_t search_space(const annotate_run *run)
{
    return run->options.search_space != 0 ? run->options.search_space : run->genome.acgt_bp;
}

static bool find_copies(annotate_run *run, rp_error *error)
{
    const rp_codes **consensus = rp_alloc(run->library.n, sizeof *consensus);
    run->rows = rp_row_store_create();
    if (consensus == NULL || run->rows == NULL) {
        free(consensus);
        return rp_error_memory(error, "finding copies");
    }
    for (size_t f = 0; f < run->library.n; f++)
        consensus[f] = &run->library.items[f].consensus;
    const rp_view view = {.genome = &run->genome, .excluded = &run->tandem};
    rp_decoy decoy = {.one_in = 0};
    const rp_annotate_parameters parameters = {.n_threads = run->governor.n_threads,
                                               .kernel = &run->offloading.for_stages,
                                               .expected_by_chance = RP_CHANCE_KNOWN,
                                               .search_space_bp = search_space(run),
                                               .min_copies = (uint32_t)run->options.min_copies,
                                               .decoy = run->options.no_decoy ? NULL : &decoy,
                                               .rows = run->rows,
                                               .manner = run->options.fast ? RP_ANNOTATE_FAST : RP_ANNOTATE_SENSITIVE};
    rp_parts parts = {0};
    rp_stage_begin(RP_STAGE_COPIES, 0);
    rp_annotation *annotation = run->options.no_decoy || rp_decoy_make(&decoy, &view, DECOY_ONE_IN, error)
                                    ? rp_annotation_create(&view, consensus, run->library.n, &parameters, error)
                                    : NULL;
    rp_decoy_clear(&decoy);
    bool ok = annotation != NULL && rp_annotation_place(annotation, NULL, &parts, error);
    if (ok && !rp_findings_init_named(&run->findings, &run->genome, &run->library, &parts))
        ok = rp_error_memory(error, "findings");
    if (ok && !run->options.no_decoy)
        rp_findings_take_decoy(&run->findings, rp_annotation_decoy(annotation));
    rp_annotation_destroy(annotation);
    if (ok && !rp_bitmask_intervals(&run->tandem, &run->genome, &run->findings.tandem))
        ok = rp_error_memory(error, "tandem repeats");
    run->findings.kernel = run->governor.kernel;
    run->findings.rows = run->rows;
    run->findings.naming = run->options.naming;
    run->findings.unmasked = run->options.protect != NULL ? &run->unmasked : NULL;
    const rp_classify_parameters hints = {.n_threads = run->governor.n_threads, .keep_names = true};
    ok = ok && (!run->options.hints || rp_classify(&run->findings, &hints, error));
    rp_parts_clear(&parts);
    free(consensus);
    if (ok)
        rp_log_line(
            &run->governor.log, "parts of copies: %zu, masked: %.2f %%", run->findings.parts.n,
            100.0 * (double)run->findings.masked_bp / (double)(run->genome.acgt_bp > 0 ? run->genome.acgt_bp : 1));
    return ok;
}

/* The options as they were given, but for a search space that the genome gave. NULL: out of memory. */
static json_t *describe_parameters(const annotate_run *run)
{
    json_t *parameters = json_incref(run->described);
    return rp_json_if(
        parameters != NULL && rp_json_set(parameters, "search_space", json_integer((json_int_t)search_space(run))),
        parameters);
}

static json_t *make_summary(const annotate_run *run)
{
    const bool with_run = !run->options.no_run_info;
    json_t *process = with_run ? rp_describe_process(&run->governor.log, run->governor.n_threads, run->governor.kernel,
                                                     &run->offloading)
                               : NULL;
    return rp_json_if(!with_run || process != NULL,
                      rp_summary_make(&run->findings, NULL, NULL, "annotate", describe_parameters(run), NULL, process));
}

static bool write_results(annotate_run *run, rp_error *error)
{
    const rp_outcome outcome = {.findings = &run->findings,
                                .n_threads = run->governor.n_threads,
                                .hard_mask = run->options.hard_mask,
                                .mask_tandem = run->options.mask_tandem,
                                .summary = make_summary(run)};
    const bool ok = (outcome.summary != NULL || rp_error_memory(error, "summary")) &&
                    rp_results_write(&run->results, &outcome, error);
    json_decref(outcome.summary);
    return ok;
}

static bool annotate(annotate_run *run, rp_error *error)
{
    rp_stages_expect(1u << RP_STAGE_READ | 1u << RP_STAGE_TANDEM | 1u << RP_STAGE_COPIES | 1u << RP_STAGE_WRITE);
    return rp_results_open(&run->results, error) && read_input(run, error) && find_copies(run, error) &&
           write_results(run, error);
}

/* No other run may write results under the prefix meanwhile. */
static bool take_prefix(annotate_run *run, rp_error *error)
{
    if (!rp_results_use_prefix(&run->results))
        return true;
    char *prefix = rp_results_prefix(&run->results, run->genome_path);
    const bool ok = prefix != NULL ? rp_run_folder_open(&run->folder, prefix, RP_RUN_OF_PREFIX, error)
                                   : rp_error_memory(error, "file names");
    free(prefix);
    return ok;
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_results(annotate_run *run, rp_error *error)
{
    rp_targets *targets = &run->results.targets;
    return rp_results_plan(&run->results, run->genome_path, error) &&
           rp_governor_add_targets(&run->governor, targets, error) &&
           rp_targets_spare(targets, run->genome_path, error) && rp_targets_spare(targets, run->library_path, error) &&
           (run->options.protect == NULL || rp_targets_spare(targets, run->options.protect, error));
}

static void clear_run(annotate_run *run, bool done)
{
    rp_run_folder_close(&run->folder, false); /* a checkpoint of find's stays */
    rp_offloading_clear(&run->offloading);
    rp_results_clear(&run->results, done);
    rp_findings_clear(&run->findings);
    rp_row_store_destroy(run->rows);
    rp_family_file_clear(&run->library);
    rp_bitmask_clear(&run->tandem);
    rp_bitmask_clear(&run->unmasked);
    rp_genome_clear(&run->genome);
    json_decref(run->described);
}

static bool parse(annotate_run *run, const rp_option *table, size_t n, int argc, char **argv, rp_error *error)
{
    int first = 0;
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (run->options.help)
        return true;
    if (argc - first != 2)
        return rp_error_set(error, argc - first < 2 ? "a genome and a library are needed" : "unexpected operand %.100s",
                            argc - first < 2 ? "" : argv[first + 2]);
    run->genome_path = argv[first];
    run->library_path = argv[first + 1];
    const bool protect_is_stdin = run->options.protect != NULL && strcmp(run->options.protect, "-") == 0;
    if ((strcmp(run->genome_path, "-") == 0) + (strcmp(run->library_path, "-") == 0) + protect_is_stdin > 1)
        return rp_error_set(error, "standard input can be read once only");
    if (!rp_governor_check(&run->governor, error))
        return false;
    if (!rp_device_choice_parse(&run->offloading.choice, run->options.device, error) ||
        !rp_naming_parse(run->options.class_names, &run->options.naming, error) ||
        !rp_results_check(&run->results, error))
        return false;
    run->described = rp_options_describe(table, n);
    return true;
}

int rp_command_annotate(int argc, char **argv)
{
    annotate_run run = {.options = {.min_copies = 1, .device = "cpu", .class_names = "repeatmasker"},
                        .results = {.command = RP_FOR_ANNOTATE},
                        .governor = {.log = {.started_ns = rp_clock_ns()}}};
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(&run, table);
    rp_error error = {""};
    if (!parse(&run, table, n, argc, argv, &error))
        return rp_command_misuse("annotate", &error);
    if (run.options.help) {
        print_help(table, n);
        return RP_EXIT_OK;
    }
    if (!plan_results(&run, &error)) {
        const int status = rp_command_unplaced("annotate", &run.results.targets, &error);
        rp_results_clear(&run.results, false);
        json_decref(run.described);
        return status;
    }
    bool ok = rp_governor_start(&run.governor, "annotate", run.genome_path, run.results.planned_prefix, &error) &&
              take_prefix(&run, &error) &&
              rp_offloading_choose(&run.offloading, &run.governor.log, "annotate", &error) && annotate(&run, &error);
    if (ok)
        rp_offloading_log(&run.offloading);
    clear_run(&run, ok);
    ok = rp_governor_stop(&run.governor, ok, &error) && ok;
    return rp_command_end("annotate", ok, &error);
}
