/* index.c: `reprise-c index`: writes the k-mer index of a genome, for runs of find with other parameters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"
#include "base/clock.h"
#include "command/command.h"
#include "command/governor.h"
#include "command/results.h"
#include "run/passed_over.h"
#include "run/warnings.h"
#include "genome/tandem.h"
#include "index/file.h"

typedef struct index_run {
    bool help, respect_mask;
    const char *output;
    uint64_t kmer;
    rp_governor governor;
    rp_genome genome;
    rp_bitmask tandem;
    rp_passed_over passed_over;
    rp_kmer_index *index;
} index_run;

enum { OWN_ROWS = 4 };

static size_t fill_table(index_run *run, rp_option *table)
{
    const rp_option rows[OWN_ROWS] = {
        {RP_OPTION_TEXT, "output", 'o', "FILE", &run->output, 0, 0,
         "the index; a folder: the input's name there [the input's name without its endings, and .rpidx]"},
        {RP_OPTION_NUMBER, "kmer", 'k', "N", &run->kmer, 10, RP_KMER_MAX, "k-mer length [ceil(log4(genome size)) + 2]"},
        {RP_OPTION_FLAG, "respect-mask", 0, NULL, &run->respect_mask, 0, 0,
         "no k-mers in lower-case sequence of the input"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &run->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    return OWN_ROWS + rp_governor_options(&run->governor, table + OWN_ROWS);
}

static bool make(index_run *run, const char *const *inputs, size_t n_inputs, rp_file *file, rp_error *error)
{
    rp_governor *governor = &run->governor;
    rp_stage_begin(RP_STAGE_READ, rp_input_bytes(inputs, n_inputs));
    if (!rp_genome_read(&run->genome, inputs, n_inputs, run->respect_mask, &governor->reading, error))
        return false;
    rp_log_line(&governor->log, "read %zu contigs, %llu bases", run->genome.n_contigs,
                (unsigned long long)run->genome.length_bp);
    rp_stage_begin(RP_STAGE_TANDEM, run->genome.length_bp);
    if (!rp_governor_plan(governor, &run->genome, 0, error) ||
        !rp_tandem_mask(&run->tandem, &run->genome, governor->n_threads, error) ||
        !rp_passed_over_find(&run->genome, &run->tandem, governor->n_threads, &governor->log, &run->passed_over, error))
        return false;
    if (run->respect_mask)
        rp_genome_exclude_soft_mask(&run->genome, &run->passed_over.mask, RP_KMER_MAX);
    const rp_kmer_index_parameters parameters = {
        .k = run->kmer != 0 ? (unsigned)run->kmer
                            : rp_kmer_index_default_k(rp_passed_over_left(&run->passed_over, &run->genome)),
        .min_frequency = 2,
        .n_threads = governor->n_threads,
        .memory_bytes = rp_kmer_index_default_memory(run->genome.length_bp, false)};
    rp_stage_begin(RP_STAGE_INDEX, 0);
    run->index = rp_kmer_index_create(&run->genome, &run->passed_over.mask, &parameters, error);
    if (run->index == NULL)
        return false;
    rp_log_line(&governor->log, "index: %u repeated %u-mers at %llu places", rp_kmer_index_n_kmers(run->index),
                parameters.k, (unsigned long long)rp_kmer_index_n_positions(run->index));
    rp_warn_of_reads(&governor->log, &run->genome, run->index);
    if (rp_kmer_index_min_frequency(run->index) > parameters.min_frequency)
        rp_log_line(&governor->log,
                    "index: more k-mers repeat than 32 bits can number: those seen fewer than %u times are left out",
                    rp_kmer_index_min_frequency(run->index));
    rp_stage_begin(RP_STAGE_WRITE, 0);
    return rp_kmer_index_save(run->index, &run->genome, run->respect_mask, governor->n_threads, file, error) &&
           rp_file_finish(file, error) && rp_file_commit(file, error);
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_result(const index_run *run, rp_targets *targets, const char *path, const char *const *inputs,
                        size_t n_inputs, rp_error *error)
{
    if (path == NULL)
        return rp_error_memory(error, "file names");
    bool ok = rp_targets_add(targets, path, error) && rp_governor_add_targets(&run->governor, targets, error);
    for (size_t i = 0; ok && i < n_inputs; i++)
        ok = rp_targets_spare(targets, inputs[i], error);
    return ok;
}

int rp_command_index(int argc, char **argv)
{
    index_run run = {.governor = {.log = {.started_ns = rp_clock_ns()}}};
    rp_option table[OWN_ROWS + RP_GOVERNOR_ROWS];
    rp_error error = {""};
    const size_t n = fill_table(&run, table);
    int first = 0;
    bool ok = rp_options_parse(table, n, argc, argv, &first, &error);
    if (ok && run.help) {
        printf("usage: reprise-c index [options] genome.fa[.gz] [more.fa ...]\n\n"
               "Writes the k-mer index that find begins with, for runs of find --index FILE on the same input.\n"
               "\noptions:\n");
        rp_options_print(table, n, stdout);
        return RP_EXIT_OK;
    }
    const char *const *inputs = (const char *const *)argv + first;
    ok = ok && (first < argc || rp_error_set(&error, "no genome is given")) && rp_governor_check(&run.governor, &error);
    if (!ok)
        return rp_command_misuse("index", &error);
    char *path = rp_output_name(run.output, inputs[0], ".rpidx");
    rp_targets targets = {0};
    if (!plan_result(&run, &targets, path, inputs, (size_t)(argc - first), &error)) {
        free(path);
        return rp_command_unplaced("index", &targets, &error);
    }
    ok = rp_governor_start(&run.governor, "index", inputs[0], path, &error);
    rp_file *file = ok ? rp_file_open(path, &error) : NULL;
    ok = file != NULL && make(&run, inputs, (size_t)(argc - first), file, &error);
    if (ok)
        rp_log_line(&run.governor.log, "%s written", path);
    rp_file_destroy(file);
    rp_kmer_index_destroy(run.index);
    rp_bitmask_clear(&run.tandem);
    rp_passed_over_clear(&run.passed_over);
    rp_genome_clear(&run.genome);
    ok = rp_governor_stop(&run.governor, ok, &error) && ok;
    rp_targets_clear(&targets, ok);
    free(path);
    return rp_command_end("index", ok, &error);
}
