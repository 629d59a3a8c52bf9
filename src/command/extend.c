/* extend.c: `reprise-c extend`: lengthens the families of a given library as far as their copies agree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "base/clock.h"
#include "command/command.h"
#include "command/governor.h"
#include "device/offloading.h"
#include "command/options.h"
#include "command/results.h"
#include "run/warnings.h"
#include "copies/polish.h"
#include "family/grow.h"
#include "genome/reader.h"
#include "genome/tandem.h"
#include "library/family_file.h"
#include "output/writers.h"

typedef struct extend_options {
    bool help;
    const char *output, *device;
    uint64_t rounds, maxextend;
} extend_options;

/* Zeroed at the start; cleared in any state. */
typedef struct extend_run {
    extend_options options;
    const char *genome_path, *library_path;
    char *path;                          /* of the result */
    rp_targets targets;
    rp_governor governor;
    rp_offloading offloading;
    rp_genome genome;
    rp_bitmask tandem;
    rp_kmer_index *index;
    rp_family_file file;
    rp_library library;
} extend_run;

enum { TABLE_ROWS = 24 };

static size_t fill_table(extend_run *run, rp_option *table)
{
    extend_options *o = &run->options;
    const rp_option rows[] = {
        {RP_OPTION_TEXT, "output", 'o', "FILE", &o->output, 0, 0,
         "the lengthened library; a folder: the library's name there [-]"},
        {RP_OPTION_NUMBER, "rounds", 0, "N", &o->rounds, 1, 100,
         "rounds of finding copies and growing, for families that grow [8]"},
        {RP_OPTION_NUMBER, "maxextend", 0, "N", &o->maxextend, 100, RP_GROW_MAX_BP,
         "bases by which one round lengthens one end at most [20000]"},
        rp_device_option(&o->device),
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    const size_t n = sizeof rows / sizeof rows[0];
    return n + rp_governor_options(&run->governor, table + n);
}

static bool read_input(extend_run *run, rp_error *error)
{
    rp_stages_expect(1u << RP_STAGE_READ | 1u << RP_STAGE_TANDEM | 1u << RP_STAGE_INDEX | 1u << RP_STAGE_POLISH |
                     1u << RP_STAGE_WRITE);
    rp_stage_begin(RP_STAGE_READ, rp_input_bytes(&run->genome_path, 1));
    if (!rp_family_file_read(&run->file, run->library_path, NULL, error) ||
        !rp_genome_read(&run->genome, &run->genome_path, 1, false, &run->governor.reading, error) ||
        !rp_governor_plan(&run->governor, &run->genome, rp_family_file_bases(&run->file), error))
        return false;
    rp_offloading_start(&run->offloading, &run->genome, run->governor.kernel);
    rp_stage_begin(RP_STAGE_TANDEM, run->genome.length_bp);
    if (!rp_tandem_mask(&run->tandem, &run->genome, run->governor.n_threads, error))
        return false;
    const rp_kmer_index_parameters parameters = {
        .k = rp_kmer_index_default_k(run->genome.acgt_bp),
        .min_frequency = 2,
        .n_threads = run->governor.n_threads,
        .memory_bytes = rp_kmer_index_default_memory(run->genome.length_bp, false)};
    rp_stage_begin(RP_STAGE_INDEX, 0);
    run->index = rp_kmer_index_create(&run->genome, &run->tandem, &parameters, error);
    rp_log_line(&run->governor.log, "read %zu families, %zu contigs, %llu bases", run->file.n, run->genome.n_contigs,
                (unsigned long long)run->genome.length_bp);
    if (run->index == NULL)
        return false;
    rp_warn_of_reads(&run->governor.log, &run->genome, run->index);
    return rp_offloading_wait(&run->offloading, error);
}

static bool grow(extend_run *run, rp_error *error)
{
    size_t *source = rp_alloc(run->file.n, sizeof *source);
    bool ok = source != NULL;
    for (size_t f = 0; ok && f < run->file.n; f++) {
        const rp_family family = {.consensus = run->file.items[f].consensus};
        source[f] = f;
        ok = rp_library_add(&run->library, &family);
    }
    if (!ok)
        (void)rp_error_memory(error, "extending families");
    const rp_view view = {.genome = &run->genome, .excluded = &run->tandem};
    const rp_annotate_parameters annotate = {.n_threads = run->governor.n_threads,
                                             .kernel = &run->offloading.for_stages,
                                             .min_copies = 1,
                                             .expected_by_chance = RP_CHANCE_FOUND,
                                             .manner = RP_ANNOTATE_FAST};
    const rp_polish_parameters polish = {.n_threads = run->governor.n_threads,
                                         .kernel = &run->offloading.for_stages,
                                         .n_rounds = (unsigned)run->options.rounds,
                                         .apart = true,
                                         .max_extension_bp = (uint32_t)run->options.maxextend};
    rp_stage_begin(RP_STAGE_POLISH, 0);
    ok = ok && rp_polish(&view, run->index, source, run->file.n, &annotate, &polish, &run->library, error);
    free(source);
    return ok;
}

static bool extend(extend_run *run, rp_error *error)
{
    rp_file *file = rp_file_open(run->path, error);
    bool ok = file != NULL && read_input(run, error) && grow(run, error);
    rp_stage_begin(RP_STAGE_WRITE, 0);
    uint64_t added = 0;
    for (size_t f = 0; ok && f < run->file.n; f++) {
        const rp_named_family *family = &run->file.items[f];
        const rp_codes *consensus = &run->library.items[f].consensus;
        added += consensus->n > family->consensus.n ? consensus->n - family->consensus.n : 0;
        rp_file_print(file, ">%s#%s length=%zu was=%zu%s%s\n", family->name, family->class_name, consensus->n,
                      family->consensus.n, family->description[0] != '\0' ? " " : "", family->description);
        rp_write_sequence(file, consensus->items, consensus->n);
    }
    rp_log_line(&run->governor.log, "bases added: %llu", (unsigned long long)added);
    ok = ok && rp_file_finish(file, error) && rp_file_commit(file, error);
    rp_file_destroy(file);
    return ok;
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_results(extend_run *run, rp_error *error)
{
    run->path = rp_output_name(run->options.output, run->library_path, ".fa");
    if (run->path == NULL)
        return rp_error_memory(error, "file names");
    return rp_targets_add(&run->targets, run->path, error) &&
           rp_governor_add_targets(&run->governor, &run->targets, error) &&
           rp_targets_spare(&run->targets, run->genome_path, error) &&
           rp_targets_spare(&run->targets, run->library_path, error);
}

static void clear_run(extend_run *run, bool done)
{
    rp_targets_clear(&run->targets, done);
    free(run->path);
    rp_offloading_clear(&run->offloading);
    rp_library_clear(&run->library);
    rp_family_file_clear(&run->file);
    rp_kmer_index_destroy(run->index);
    rp_bitmask_clear(&run->tandem);
    rp_genome_clear(&run->genome);
}

static bool parse(extend_run *run, const rp_option *table, size_t n, int argc, char **argv, rp_error *error)
{
    int first = 0;
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (run->options.help)
        return true;
    if (argc - first < 2)
        return rp_error_set(error, "a genome and a library are needed");
    if (argc - first > 2)
        return rp_error_set(error, "unexpected operand %.100s", argv[first + 2]);
    run->genome_path = argv[first];
    run->library_path = argv[first + 1];
    if (strcmp(run->genome_path, "-") == 0 && strcmp(run->library_path, "-") == 0)
        return rp_error_set(error, "standard input can be read once only");
    if (!rp_governor_check(&run->governor, error))
        return false;
    return rp_device_choice_parse(&run->offloading.choice, run->options.device, error);
}

int rp_command_extend(int argc, char **argv)
{
    extend_run run = {.options = {.output = "-", .rounds = 8, .maxextend = RP_GROW_MAX_BP, .device = "cpu"},
                      .governor = {.log = {.started_ns = rp_clock_ns()}}};
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(&run, table);
    rp_error error = {""};
    if (!parse(&run, table, n, argc, argv, &error))
        return rp_command_misuse("extend", &error);
    if (run.options.help) {
        printf("usage: reprise-c extend [options] genome.fa[.gz] library.fa[.gz]\n\n"
               "Lengthens the families of a library at both ends, as far as at least three of their copies in the\n"
               "genome agree, and takes the majority of the copies for each base.\n\noptions:\n");
        rp_options_print(table, n, stdout);
        return RP_EXIT_OK;
    }
    if (!plan_results(&run, &error)) {
        free(run.path);
        return rp_command_unplaced("extend", &run.targets, &error);
    }
    bool ok = rp_governor_start(&run.governor, "extend", run.genome_path, run.path, &error) &&
              rp_offloading_choose(&run.offloading, &run.governor.log, "extend", &error) && extend(&run, &error);
    if (ok)
        rp_offloading_log(&run.offloading);
    clear_run(&run, ok);
    ok = rp_governor_stop(&run.governor, ok, &error) && ok;
    return rp_command_end("extend", ok, &error);
}
