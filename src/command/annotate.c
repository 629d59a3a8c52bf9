/* annotate.c: `reprise-c annotate`: all copies of a given library in a genome; and `reprise-c gather`, which is that
 * where the scans are done already, in parts.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/clock.h"
#include "checkpoint/folder.h"
#include "checkpoint/gathering.h"
#include "checkpoint/scan_keeper.h"
#include "classify/classify.h"
#include "classify/kin.h"
#include "classify/kinds.h"
#include "command/command.h"
#include "command/describe.h"
#include "command/domains.h"
#include "command/governor.h"
#include "command/presentation.h"
#include "command/results.h"
#include "command/shares.h"
#include "run/warnings.h"
#include "copies/annotate.h"
#include "device/offloading.h"
#include "genome/features.h"
#include "genome/reader.h"
#include "genome/tandem.h"
#include "library/family_file.h"
#include "output/json.h"
#include "output/summary.h"

typedef struct annotate_options {
    bool help, no_run_info, fast, hints, no_decoy;
    rp_presentation presentation;
    uint64_t min_copies, search_space;
    const char *device, *part;
} annotate_options;

/* Zeroed at the start; cleared in any state. */
typedef struct annotate_run {
    annotate_options options;
    const char *command;
    bool gathers; /* the scans come from the files of all parts */
    rp_gathering gathering;
    rp_share share; /* of a part; else the whole */
    rp_step_file part; /* where it goes */
    rp_scan_keeper keeper;
    json_t *described; /* the options that results follow from, for the summary */
    const char *genome_path, *library_path;
    rp_governor governor;
    rp_offloading offloading;
    rp_results results;
    rp_run_folder folder;
    rp_genome genome;
    rp_bitmask tandem, unmasked; /* unmasked: of --protect */
    rp_family_file library;
    const rp_codes **consensus;
    rp_row_store *rows;
    rp_domain_options domain_options;
    rp_domains domains;                  /* of the library's families */
    rp_findings findings;
} annotate_run;

enum { TABLE_ROWS = 96 };

/* What a scan follows from; the parts have it where they are gathered. */
static size_t add_scan_rows(annotate_run *run, rp_option *table)
{
    annotate_options *o = &run->options;
    const rp_option rows[] = {
        {RP_OPTION_FLAG, "fast", 0, NULL, &o->fast, 0, 0, "longer words: half of the time, and fewer old copies",
         .binds = true},
        {RP_OPTION_FLAG, "no-decoy", 0, NULL, &o->no_decoy, 0, 0,
         "do not measure the families on the genome backwards: no thresholds of their own", .binds = true},
        {RP_OPTION_NUMBER, "search-space", 0, "BP", &o->search_space, 1, UINT64_MAX / 4,
         "scores and words as for a genome of so many bases [A, C, G and T of this one]", .binds = true},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

/* How a scan goes. */
static size_t add_run_rows(annotate_run *run, rp_option *table)
{
    annotate_options *o = &run->options;
    const rp_option rows[] = {
        {RP_OPTION_TEXT, "part", 0, "I/N", &o->part, 0, 0,
         "scan the I-th of N parts of the genome only, for gather: PREFIX.I-of-N.scan is all that is written"},
        rp_interval_option(&run->keeper.interval_s),
        rp_checkpoint_dir_option(&run->keeper.shared),
        rp_no_checkpoint_option(&run->keeper.off),
        rp_restart_option(&run->keeper.restart),
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

/* `with_scan`: all of annotate's options. */
static size_t fill_table(annotate_run *run, rp_option *table, bool with_scan)
{
    annotate_options *o = &run->options;
    size_t n = 0;
    table[n++] = (rp_option){RP_OPTION_HEADING, "output:", 0, NULL, NULL, 0, 0, NULL};
    n += rp_results_options(&run->results, table + n);
    table[n++] = (rp_option){
        RP_OPTION_FLAG, "no-run-info", 0, NULL, &o->no_run_info, 0, 0, "leave times and threads out of the summary"};
    n += rp_presentation_rows(&o->presentation, table + n);
    const rp_option rows[] = {
        {RP_OPTION_HEADING, "method:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_FLAG, "hints", 0, NULL, &o->hints, 0, 0,
         "look at each family's structure too: class hints in the summary"},
        {RP_OPTION_NUMBER, "min-copies", 0, "N", &o->min_copies, 1, UINT32_MAX,
         "copies that a family needs to have any [1]", .tells = true},
    };
    memcpy(table + n, rows, sizeof rows);
    n += sizeof rows / sizeof rows[0];
    n += rp_domain_options_rows(&run->domain_options, table + n);
    n += with_scan ? add_scan_rows(run, table + n) : 0;
    table[n++] = (rp_option){RP_OPTION_HEADING, "run (no effect on the results):", 0, NULL, NULL, 0, 0, NULL};
    n += with_scan ? add_run_rows(run, table + n) : 0;
    table[n++] = rp_device_option(&o->device);
    table[n++] = (rp_option){RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"};
    return n + rp_governor_options(&run->governor, table + n);
}

static annotate_run new_run(const char *command)
{
    return (annotate_run){.command = command,
                          .options = {.min_copies = 1, .device = "cpu", .presentation = rp_presentation_defaults()},
                          .keeper = {.interval_s = 600, .name = "scan"},
                          .results = {.command = RP_FOR_ANNOTATE},
                          .governor = {.log = {.started_ns = rp_clock_ns()}}};
}

static void print_help(const annotate_run *run, const rp_option *table, size_t n)
{
    if (run->gathers)
        printf("usage: reprise-c gather [options] genome.fa[.gz] library.fa[.gz] PREFIX.1-of-N.scan ...\n\n"
               "Puts the parts of 'reprise-c annotate --part' together: the results of one run of annotate, with the\n"
               "same bytes. A result file named FILE.gz is compressed (bgzip); - is standard output.\n");
    else
        printf("usage: reprise-c annotate [options] genome.fa[.gz] library.fa[.gz]\n\n"
               "Finds all copies of the families of a library (FASTA; >name#class) in a genome and masks them.\n"
               "A result file named FILE.gz is compressed (bgzip); - is standard output.\n");
    rp_options_print(table, n, stdout);
}

/* The soft mask of what is scanned, or of all that results are of. */
static bool mask_tandem(annotate_run *run, rp_error *error)
{
    rp_interval stretch;
    if (!rp_annotate_stretch(&run->genome, RP_DECOY_ONE_IN_KNOWN, &run->share, &stretch))
        return rp_error_memory(error, "tandem repeats");
    rp_stage_begin(RP_STAGE_TANDEM, stretch.end - stretch.begin);
    return rp_tandem_mask_within(&run->tandem, &run->genome, &stretch, run->governor.n_threads, error);
}

static bool list_consensus(annotate_run *run, rp_error *error)
{
    run->consensus = rp_family_file_consensus(&run->library);
    return run->consensus != NULL || rp_error_memory(error, "finding copies");
}

static bool read_input(annotate_run *run, rp_error *error)
{
    rp_stage_begin(RP_STAGE_READ, rp_input_bytes(&run->genome_path, 1));
    if (!rp_domain_options_open(&run->domain_options, &run->governor.log, error) ||
        !rp_family_file_read(&run->library, run->library_path, NULL, error) ||
        !rp_genome_read(&run->genome, &run->genome_path, 1, false, &run->governor.reading, error) ||
        !rp_results_spare_others(&run->results, run->genome.digest, error) ||
        !rp_governor_plan(&run->governor, &run->genome, rp_family_file_bases(&run->library), error) ||
        (run->options.presentation.protect != NULL &&
         !rp_features_read(&run->unmasked, &run->genome, run->options.presentation.protect, RP_FEATURES_ALL, error)))
        return false;
    rp_log_line(&run->governor.log, "read %zu families, %zu contigs, %llu bases", run->library.n, run->genome.n_contigs,
                (unsigned long long)run->genome.length_bp);
    rp_warn_of_names(&run->governor.log, &run->genome);
    rp_offloading_start(&run->offloading, &run->genome, run->governor.kernel);
    return mask_tandem(run, error) && rp_offloading_wait(&run->offloading, error) && list_consensus(run, error);
}

/* The genome's size by which chance is judged. */
static uint64_t search_space(const annotate_run *run)
{
    return run->options.search_space != 0 ? run->options.search_space : run->genome.acgt_bp;
}

/* Domains are looked for in families whose class is not known; for hints in all. */
static bool find_domains(annotate_run *run, rp_error *error)
{
    static const rp_codes none = {0};
    const rp_codes **consensus = rp_alloc(run->library.n, sizeof *consensus);
    bool ok = consensus != NULL || rp_error_memory(error, "domains");
    for (size_t f = 0; f < run->library.n && ok; f++) {
        const rp_named_family *family = &run->library.items[f];
        const bool is_unknown = strcmp(family->class_name, RP_CLASS_UNKNOWN) == 0;
        consensus[f] = is_unknown || run->options.hints ? &family->consensus : &none;
    }
    ok = ok && rp_domain_search_run(&run->domain_options.search, consensus, run->library.n, run->governor.n_threads,
                                    &run->domains, error);
    free(consensus);
    return ok;
}

static bool look_at_families(annotate_run *run, rp_error *error)
{
    const rp_classify_parameters hints = {
        .n_threads = run->governor.n_threads, .keep_names = true, .domains = &run->domains};
    return find_domains(run, error) && (!run->options.hints || rp_classify(&run->findings, &hints, error)) &&
           rp_classify_unknown(&run->findings, &run->domains, error) &&
           rp_kin_find((rp_findings *const[]){&run->findings}, 1, false, run->governor.n_threads, error);
}

/* Takes what is found already: what was kept, or all from the parts. */
static bool begin_scans(annotate_run *run, rp_error *error)
{
    const rp_scan_subject subject = {&run->genome, run->consensus, run->library.n};
    rp_scan_keeper *keeper = &run->keeper;
    return rp_scan_keeper_begin(keeper, &subject, &run->share, error) &&
           (!run->gathers || rp_gathering_take(&run->gathering, &keeper->binding, &subject, &keeper->scans, error));
}

/* All alignments, or with a part those of its share: *annotation is NULL then. */
static bool find_alignments(annotate_run *run, const rp_view *view, rp_annotation **annotation, rp_error *error)
{
    const rp_annotate_parameters parameters = {.n_threads = run->governor.n_threads,
                                               .kernel = &run->offloading.for_stages,
                                               .expected_by_chance = RP_CHANCE_KNOWN,
                                               .search_space_bp = search_space(run),
                                               .min_copies = (uint32_t)run->options.min_copies,
                                               .decoy_one_in = run->options.no_decoy ? 0 : RP_DECOY_ONE_IN_KNOWN,
                                               .kept = &run->keeper.scans,
                                               .rows = run->rows,
                                               .manner = run->options.fast ? RP_ANNOTATE_FAST : RP_ANNOTATE_SENSITIVE};
    rp_stage_begin(RP_STAGE_COPIES, 0);
    bool ok = begin_scans(run, error);
    if (run->share.of > 0) {
        ok = ok && rp_annotate_scan(view, run->consensus, run->library.n, &parameters, error);
    } else if (ok) {
        *annotation = rp_annotation_create(view, run->consensus, run->library.n, &parameters, error);
        ok = *annotation != NULL;
    }
    return ok;
}

static bool find_copies(annotate_run *run, rp_error *error)
{
    run->rows = rp_row_store_create();
    if (run->rows == NULL)
        return rp_error_memory(error, "finding copies");
    const rp_view view = {.genome = &run->genome, .excluded = &run->tandem};
    rp_parts parts = {0};
    rp_annotation *annotation = NULL;
    bool ok = find_alignments(run, &view, &annotation, error) && rp_annotation_place(annotation, NULL, &parts, error);
    if (ok && !rp_findings_init_named(&run->findings, &run->genome, &run->library, &parts))
        ok = rp_error_memory(error, "findings");
    if (ok && !run->options.no_decoy)
        rp_findings_take_decoy(&run->findings, rp_annotation_decoy(annotation));
    rp_annotation_destroy(annotation);
    if (ok && !rp_bitmask_intervals(&run->tandem, &run->genome, &run->findings.tandem))
        ok = rp_error_memory(error, "tandem repeats");
    run->findings.kernel = run->governor.kernel;
    run->findings.rows = run->rows;
    const rp_presentation *presentation = &run->options.presentation;
    run->findings.naming = presentation->naming;
    run->findings.mutation_rate = presentation->mutation_rate;
    run->findings.unmasked = presentation->protect != NULL ? &run->unmasked : NULL;
    ok = ok && look_at_families(run, error) && rp_kinds_find(&run->findings, run->governor.n_threads, error);
    rp_parts_clear(&parts);
    if (ok)
        rp_log_line(
            &run->governor.log, "parts of copies: %zu, masked: %.2f %%", run->findings.parts.n,
            100.0 * (double)run->findings.masked_bp / (double)(run->genome.acgt_bp > 0 ? run->genome.acgt_bp : 1));
    return ok;
}

/* Scans a share and writes what it has. */
static bool make_part(annotate_run *run, rp_error *error)
{
    const rp_view view = {.genome = &run->genome, .excluded = &run->tandem};
    return find_alignments(run, &view, NULL, error) &&
           rp_step_file_write_scan(&run->part, &run->keeper, run->governor.n_threads, error);
}

/* The options as they were given, but for a search space that the genome gave. NULL: out of memory. */
static json_t *describe_parameters(const annotate_run *run)
{
    json_t *parameters = json_incref(run->described);
    return rp_json_if(parameters != NULL &&
                          rp_json_set(parameters, "search_space", json_integer((json_int_t)search_space(run))) &&
                          rp_domain_options_describe(&run->domain_options, parameters),
                      parameters);
}

static json_t *make_summary(const annotate_run *run)
{
    const bool with_run = !run->options.no_run_info;
    json_t *process = with_run ? rp_describe_process(&run->governor.log, run->governor.n_threads, run->governor.kernel,
                                                     &run->offloading)
                               : NULL;
    return rp_json_if(!with_run || process != NULL,
                      rp_summary_make(&run->findings, NULL, NULL, "annotate",
                                      with_run ? rp_results_sample(&run->results) : run->results.sample,
                                      describe_parameters(run), NULL, process));
}

static bool write_results(annotate_run *run, rp_error *error)
{
    const rp_outcome outcome = {.findings = &run->findings,
                                .n_threads = run->governor.n_threads,
                                .hard_mask = run->options.presentation.hard_mask,
                                .mask_tandem = run->options.presentation.mask_tandem,
                                .flank_bp = (uint32_t)run->options.presentation.flank,
                                .sample = rp_results_sample(&run->results),
                                .summary = make_summary(run)};
    const bool ok = (outcome.summary != NULL || rp_error_memory(error, "summary")) &&
                    rp_results_write(&run->results, &outcome, error);
    json_decref(outcome.summary);
    return ok;
}

static bool annotate(annotate_run *run, rp_error *error)
{
    rp_stages_expect(1u << RP_STAGE_READ | 1u << RP_STAGE_TANDEM | 1u << RP_STAGE_COPIES | 1u << RP_STAGE_WRITE);
    if (run->part.path != NULL && (run->part.file = rp_file_open(run->part.path, error)) == NULL)
        return false;
    if (!rp_results_open(&run->results, error) || !read_input(run, error))
        return false;
    return run->part.file != NULL ? make_part(run, error) : find_copies(run, error) && write_results(run, error);
}

/* No other run may write results under the prefix meanwhile. */
static bool take_prefix(annotate_run *run, rp_error *error)
{
    if (run->keeper.off || !rp_results_use_prefix(&run->results))
        return true;
    char *prefix = rp_results_prefix(&run->results, run->genome_path);
    const bool ok = prefix != NULL ? rp_run_folder_open(&run->folder, prefix, RP_RUN_OF_PREFIX, error)
                                   : rp_error_memory(error, "file names");
    free(prefix);
    return ok;
}

/* The options that the parts were made with are those of the run. */
static bool take_options(const rp_gathering *gathering, const rp_option *table, size_t n, rp_error *error)
{
    json_t *values = json_loads(gathering->files[0].binding.parameters, 0, NULL);
    const bool ok = rp_options_take_binding(table, n, values);
    json_decref(values);
    return ok || rp_error_set_as(error, RP_ERROR_INPUT, "%s: it is of another version of reprise-c, or of find",
                                 gathering->paths[0]);
}

/* The parts tell what the scan was made with; scans that are under way are kept in the folder. */
static bool open_scans(annotate_run *run, rp_error *error)
{
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(run, table, true);
    if (run->gathers && (!rp_gathering_open(&run->gathering, error) || !take_options(&run->gathering, table, n, error)))
        return false;
    run->described = rp_options_describe(table, n);
    json_t *options = rp_options_binding(table, n);
    run->keeper.command = run->command;
    run->keeper.log = &run->governor.log;
    const bool keeps = !run->gathers && run->folder.path != NULL;
    const bool ok = rp_scan_keeper_open(&run->keeper, keeps ? &run->folder : NULL, options, error);
    json_decref(options);
    return ok;
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_results(annotate_run *run, rp_error *error)
{
    rp_targets *targets = &run->results.targets;
    bool ok = (run->share.of == 0 ||
               rp_step_file_plan(&run->part, &run->results, &run->share, run->genome_path, ".scan", error)) &&
              rp_results_plan(&run->results, run->genome_path, error) &&
              rp_governor_add_targets(&run->governor, targets, error) &&
              rp_targets_spare(targets, run->genome_path, error) &&
              rp_targets_spare(targets, run->library_path, error) &&
              rp_domain_options_spare(&run->domain_options, targets, error) &&
              (run->options.presentation.protect == NULL ||
               rp_targets_spare(targets, run->options.presentation.protect, error));
    for (size_t i = 0; ok && i < run->gathering.n; i++)
        ok = rp_targets_spare(targets, run->gathering.paths[i], error);
    return ok;
}

/* What a run that did not come to its end leaves. */
static void end_early(annotate_run *run, rp_error *error)
{
    if (rp_cancelled() != 0 && rp_cancelled() != SIGPIPE && rp_scan_keeper_flush(&run->keeper))
        rp_command_goes_on(rp_scan_keeper_place(&run->keeper, &run->folder), error);
}

static void clear_run(annotate_run *run, bool done)
{
    rp_gathering_clear(&run->gathering);
    rp_scan_keeper_close(&run->keeper, done);
    rp_run_folder_close(&run->folder, false); /* a checkpoint of find's stays */
    rp_offloading_clear(&run->offloading);
    rp_results_clear(&run->results, done);
    rp_findings_clear(&run->findings);
    free(run->domains.items);
    rp_domain_options_close(&run->domain_options);
    rp_row_store_destroy(run->rows);
    free(run->consensus);
    rp_family_file_clear(&run->library);
    rp_bitmask_clear(&run->tandem);
    rp_bitmask_clear(&run->unmasked);
    rp_genome_clear(&run->genome);
    json_decref(run->described);
    rp_step_file_clear(&run->part);
}

/* What names or shapes results is for gather: all but the scan's options up to those of the run. */
static bool check_part(annotate_run *run, const rp_option *table, rp_error *error)
{
    annotate_run plain = new_run("annotate");
    rp_option defaults[TABLE_ROWS];
    (void)fill_table(&plain, defaults, true);
    size_t n = 0;
    while (table[n].target != &run->options.part)
        n++;
    const rp_option *other = rp_options_other(table, defaults, n, &run->results.prefix);
    if (other != NULL)
        return rp_error_set(error, "--%s is of results, and a part has none: give it to gather", other->name);
    return rp_share_parse(&run->share, run->options.part, error);
}

static bool take_operands(annotate_run *run, int n, char **operands, rp_error *error)
{
    if (n < 2)
        return rp_error_set(error, "a genome and a library are needed");
    if (n > 2 && !run->gathers)
        return rp_error_set(error, "unexpected operand %.100s", operands[2]);
    if (n == 2 && run->gathers)
        return rp_error_set(error, "the parts are needed");
    run->genome_path = operands[0];
    run->library_path = operands[1];
    run->gathering.paths = (const char *const *)operands + 2;
    run->gathering.n = (size_t)n - 2;
    const char *protect = run->options.presentation.protect;
    const bool protect_is_stdin = protect != NULL && strcmp(protect, "-") == 0;
    return (strcmp(run->genome_path, "-") == 0) + (strcmp(run->library_path, "-") == 0) + protect_is_stdin <= 1 ||
           rp_error_set(error, "standard input can be read once only");
}

static bool parse(annotate_run *run, const rp_option *table, size_t n, int argc, char **argv, rp_error *error)
{
    int first = 0;
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (run->options.help)
        return true;
    if (!take_operands(run, argc - first, argv + first, error) || !rp_governor_check(&run->governor, error))
        return false;
    if (!rp_device_choice_parse(&run->offloading.choice, run->options.device, error) ||
        !rp_presentation_check(&run->options.presentation, error) || !rp_results_check(&run->results, error) ||
        !rp_domain_options_check(&run->domain_options, error))
        return false;
    if (!rp_checkpoint_options_check(run->keeper.off, run->keeper.restart, run->keeper.shared, error))
        return false;
    if (run->options.part != NULL && !check_part(run, table, error))
        return false;
    run->options.no_run_info |= rp_describe_no_run(); /* for all jobs of an engine: no word of a part's */
    return true;
}

/* annotate, or gather. */
static int run_command(annotate_run *run, int argc, char **argv)
{
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(run, table, !run->gathers);
    rp_error error = {""};
    if (!parse(run, table, n, argc, argv, &error)) {
        rp_domain_options_close(&run->domain_options);
        return rp_command_misuse(run->command, &error);
    }
    if (run->options.help) {
        print_help(run, table, n);
        rp_domain_options_close(&run->domain_options);
        return RP_EXIT_OK;
    }
    if (!plan_results(run, &error)) {
        const int status = rp_command_unplaced(run->command, &run->results.targets, &error);
        clear_run(run, false);
        return status;
    }
    bool ok = rp_governor_start(&run->governor, run->command, run->genome_path, run->results.planned_prefix, &error) &&
              take_prefix(run, &error) && open_scans(run, &error) &&
              rp_offloading_choose(&run->offloading, &run->governor.log, run->command, &error) && annotate(run, &error);
    if (ok)
        rp_offloading_log(&run->offloading);
    else
        end_early(run, &error);
    clear_run(run, ok);
    ok = rp_governor_stop(&run->governor, ok, &error) && ok;
    return rp_command_end(run->command, ok, &error);
}

int rp_command_annotate(int argc, char **argv)
{
    annotate_run run = new_run("annotate");
    return run_command(&run, argc, argv);
}

int rp_command_gather(int argc, char **argv)
{
    annotate_run run = new_run("gather");
    run.gathers = true;
    return run_command(&run, argc, argv);
}
