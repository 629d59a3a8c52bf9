/* compare.c: `reprise-c compare`: a found library against a reference library. */
#include "compare/compare.h"

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/options.h"
#include "genome/reader.h"
#include "output/comparison.h"

typedef struct compare_options {
    bool help, all;
    const char *tsv, *json, *genome, *simd;
    uint64_t threads, min_length, min_copies;
    const char *found_path, *reference_path;
} compare_options;

/* Zeroed at the start; cleared in any state. */
typedef struct compare_run {
    const compare_options *options;
    rp_family_file found, reference;
    rp_genome records, genome;
    rp_comparison comparison;
    rp_targets targets;
    rp_file *table, *tsv, *json;
} compare_run;

enum { TABLE_ROWS = 16 };

static size_t fill_table(compare_options *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_FLAG, "all", 'a', NULL, &o->all, 0, 0, "print a line for each reference family too"},
        {RP_OPTION_TEXT, "tsv", 0, "FILE", &o->tsv, 0, 0, "write every family's verdict, TSV"},
        {RP_OPTION_TEXT, "json", 0, "FILE", &o->json, 0, 0, "write everything, JSON"},
        {RP_OPTION_TEXT, "genome", 'g', "FILE", &o->genome, 0, 0,
         "count only reference families that this genome holds"},
        {RP_OPTION_NUMBER, "min-copies", 0, "N", &o->min_copies, 1, UINT32_MAX,
         "copies that the genome needs of half of a family's bases [3]"},
        {RP_OPTION_NUMBER, "min-length", 0, "N", &o->min_length, 1, UINT32_MAX,
         "shorter reference families do not count [80]"},
        {RP_OPTION_NUMBER, "threads", 't', "N", &o->threads, 1, 1024, "CPU threads [those that this process may use]"},
        {RP_OPTION_TEXT, "simd", 0, "NAME", &o->simd, 0, 0,
         "instruction set: auto, avx512, avx2, neon or scalar [auto]"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_results(compare_run *run, rp_error *error)
{
    const compare_options *o = run->options;
    rp_targets *targets = &run->targets;
    return rp_targets_add(targets, "-", error) && (o->tsv == NULL || rp_targets_add(targets, o->tsv, error)) &&
           (o->json == NULL || rp_targets_add(targets, o->json, error)) &&
           rp_targets_spare(targets, o->found_path, error) && rp_targets_spare(targets, o->reference_path, error) &&
           (o->genome == NULL || rp_targets_spare(targets, o->genome, error));
}

static bool open_files(compare_run *run, rp_error *error)
{
    run->table = rp_file_open("-", error);
    if (run->table == NULL)
        return false;
    if (run->options->tsv != NULL && (run->tsv = rp_file_open(run->options->tsv, error)) == NULL)
        return false;
    return run->options->json == NULL || (run->json = rp_file_open(run->options->json, error)) != NULL;
}

static bool read_input(compare_run *run, rp_error *error)
{
    const compare_options *options = run->options;
    return rp_family_file_read(&run->found, options->found_path, NULL, error) &&
           rp_family_file_read(&run->reference, options->reference_path, &run->records, error) &&
           (options->genome == NULL || rp_genome_read(&run->genome, &options->genome, 1, false, NULL, error));
}

static bool compare(compare_run *run, rp_error *error)
{
    const compare_options *options = run->options;
    if (!open_files(run, error) || !read_input(run, error))
        return false;
    const rp_compare_parameters parameters = {
        .n_threads = options->threads != 0 ? (unsigned)options->threads : rp_available_threads(),
        .kernel = rp_band_select(options->simd),
        .min_length_bp = (uint32_t)options->min_length,
        .genome = options->genome != NULL ? &run->genome : NULL,
        .min_copies = (uint32_t)options->min_copies};
    if (!rp_compare(&run->found, &run->reference, &run->records, &parameters, &run->comparison, error))
        return false;
    const rp_comparison_names names = {options->found_path, options->reference_path, &run->found, &run->reference};
    rp_comparison_print(&run->comparison, &names, options->all, run->table);
    if (run->tsv != NULL)
        rp_comparison_write_tsv(&run->comparison, &names, run->tsv);
    if (run->json != NULL && !rp_comparison_write_json(&run->comparison, &names, run->json, error))
        return false;
    rp_file *files[] = {run->tsv, run->json, run->table};
    for (int i = 0; i < 3; i++)
        if (files[i] != NULL && !rp_file_finish(files[i], error))
            return false;
    return rp_files_commit(files, 3, error);
}

static void clear_run(compare_run *run, bool done)
{
    rp_targets_clear(&run->targets, done);
    rp_file_destroy(run->table);
    rp_file_destroy(run->tsv);
    rp_file_destroy(run->json);
    rp_comparison_clear(&run->comparison);
    rp_family_file_clear(&run->found);
    rp_family_file_clear(&run->reference);
    rp_genome_clear(&run->records);
    rp_genome_clear(&run->genome);
}

static bool parse(compare_options *options, const rp_option *table, size_t n, int argc, char **argv, rp_error *error)
{
    int first = 0;
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (options->help)
        return true;
    if (argc - first < 2)
        return rp_error_set(error, "a found library and a reference library are needed");
    if (argc - first > 2)
        return rp_error_set(error, "unexpected operand %.100s", argv[first + 2]);
    options->found_path = argv[first];
    options->reference_path = argv[first + 1];
    if (rp_band_select(options->simd) == NULL)
        return rp_error_set(error, "--simd: %.100s is unknown or not to be had on this machine", options->simd);
    return true;
}

int rp_command_compare(int argc, char **argv)
{
    compare_options options = {.min_length = 80, .min_copies = 3, .simd = "auto"};
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(&options, table);
    rp_error error = {""};
    if (!parse(&options, table, n, argc, argv, &error))
        return rp_command_misuse("compare", &error);
    if (options.help) {
        printf("usage: reprise-c compare [options] found.fa[.gz] reference.fa[.gz]\n\n"
               "Judges a library of repeat families by a curated one: which reference families it has perfect,\n"
               "good, present or not at all, and which of its own are redundant, chimeric or unknown there.\n"
               "\noptions:\n");
        rp_options_print(table, n, stdout);
        return RP_EXIT_OK;
    }
    compare_run run = {.options = &options};
    if (!plan_results(&run, &error))
        return rp_command_unplaced("compare", &run.targets, &error);
    const bool ok = compare(&run, &error);
    clear_run(&run, ok);
    return rp_command_end("compare", ok, &error);
}
