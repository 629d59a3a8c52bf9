/* export.c: `reprise-c export`: one family of a run for whoever curates it: the alignment of its copies with what is
 * beside them, its consensus, the copies, and a profile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "command/options.h"
#include "copies/bed_line.h"
#include "genome/reader.h"
#include "library/family_file.h"
#include "output/family_alignment.h"
#include "output/writers.h"

enum { STOCKHOLM, FASTA, CONSENSUS, BED, HMM, N_RESULTS, TABLE_ROWS = 8 };

static const char *const ENDINGS[N_RESULTS] = {".stk", ".afa", ".fa", ".bed", ".hmm"};

typedef struct export_options {
    bool help, hmm;
    const char *output, *library, *copies;
    uint64_t flank, max_copies;
} export_options;

/* Zeroed at the start; cleared in any state. */
typedef struct export_run {
    export_options options;
    const char *genome_path, *prefix, *name;
    char *library_path, *copies_path;    /* NULL: there is no such file */
    char *paths[N_RESULTS];
    rp_file *files[N_RESULTS];
    rp_targets targets;
    rp_genome genome;
    rp_family_file library;
    const rp_named_family *family;
    rp_family_parts parts;
    rp_family_copies copies;
    rp_family_alignment *alignment;
} export_run;

static size_t fill_table(export_options *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_TEXT, "output", 'o', "PREFIX", &o->output, 0, 0, "names of the files begin so [FAMILY]"},
        {RP_OPTION_TEXT, "library", 'l', "FILE", &o->library, 0, 0,
         "the library of the run, which annotate does not write [PREFIX.families.fa]"},
        {RP_OPTION_TEXT, "copies", 'c', "FILE", &o->copies, 0, 0, "the copies of the run, BED [PREFIX.copies.bed]"},
        {RP_OPTION_NUMBER, "flank", 0, "N", &o->flank, 0, 100000, "bases on either side of each copy [200]"},
        {RP_OPTION_NUMBER, "max-copies", 0, "N", &o->max_copies, 1, 1000000,
         "copies at most: those with most bases that agree with the consensus [100]"},
        {RP_OPTION_FLAG, "hmm", 0, NULL, &o->hmm, 0, 0, "write FAMILY.hmm too: a profile by HMMER's hmmbuild"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

static bool parse(export_run *run, const rp_option *table, size_t n, int argc, char **argv, rp_error *error)
{
    int first = 0;
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (run->options.help)
        return true;
    if (argc - first < 3)
        return rp_error_set(error, "a genome, the PREFIX of a run and a family are needed");
    if (argc - first > 3)
        return rp_error_set(error, "unexpected operand %.100s", argv[first + 3]);
    run->genome_path = argv[first];
    run->prefix = argv[first + 1];
    run->name = argv[first + 2];
    if (run->options.output == NULL)
        run->options.output = run->name;
    if (run->options.output == run->name && strchr(run->name, '/') != NULL)
        return rp_error_set(error, "%.100s is no name for files: name a PREFIX with --output", run->name);
    return true;
}

/* Finds what is read and plans what is written: places apart, and inputs are left alone. */
static bool plan(export_run *run, rp_error *error)
{
    const char *const given[] = {run->options.library, run->options.copies};
    static const char *const endings[] = {".families.fa", ".copies.bed"};
    char **const paths[] = {&run->library_path, &run->copies_path};
    bool ok = true;
    for (size_t i = 0; ok && i < 2; i++) {
        ok = given[i] != NULL ? (*paths[i] = strdup(given[i])) != NULL
                              : rp_result_look_for(run->prefix, endings[i], paths[i]);
        if (!ok)
            return rp_error_memory(error, "file names");
        if (*paths[i] == NULL)
            return rp_error_set_as(error, RP_ERROR_INPUT, "%s%s is not there%s", run->prefix, endings[i],
                                   i == 0 ? ": name the library with --library" : "");
    }
    for (int i = 0; ok && i < N_RESULTS; i++)
        if (i != HMM || run->options.hmm)
            ok = asprintf(&run->paths[i], "%s%s", run->options.output, ENDINGS[i]) >= 0
                     ? rp_targets_add(&run->targets, run->paths[i], error)
                     : rp_error_memory(error, "file names");
    return ok && rp_targets_spare(&run->targets, run->genome_path, error) &&
           rp_targets_spare(&run->targets, run->library_path, error) &&
           rp_targets_spare(&run->targets, run->copies_path, error);
}

static bool read_input(export_run *run, rp_error *error)
{
    if (!rp_family_file_read(&run->library, run->library_path, NULL, error))
        return false;
    for (size_t i = 0; run->family == NULL && i < run->library.n; i++)
        if (strcmp(run->library.items[i].name, run->name) == 0)
            run->family = &run->library.items[i];
    if (run->family == NULL)
        return rp_error_set_as(error, RP_ERROR_INPUT, "%s: has no family %.200s", run->library_path, run->name);
    return rp_genome_read(&run->genome, &run->genome_path, 1, false, NULL, error) &&
           rp_family_parts_read(run->copies_path, &run->genome, run->name, run->family->consensus.n, &run->parts,
                                error) &&
           (rp_family_copies_choose(&run->parts, run->options.max_copies, &run->copies) ||
            rp_error_memory(error, "copies"));
}

/* The lines of the copies that are shown, in the order of the alignment. */
static void write_bed(const export_run *run, rp_file *file)
{
    for (size_t i = 0; i < run->copies.n; i++)
        for (size_t j = 0; j < run->copies.items[i].n; j++)
            rp_file_print(file, "%s\n", run->parts.items[run->copies.items[i].first + j].line);
}

static void write_consensus(const export_run *run, rp_file *file)
{
    const rp_named_family *family = run->family;
    rp_file_print(file, ">%s#%s%s%s\n", family->name, family->class_name, family->description[0] != '\0' ? " " : "",
                  family->description);
    rp_write_sequence(file, family->consensus.items, family->consensus.n);
}

static bool export_family(export_run *run, rp_error *error)
{
    bool ok = true;
    for (int i = 0; ok && i < N_RESULTS; i++)
        ok = run->paths[i] == NULL || (run->files[i] = rp_file_open(run->paths[i], error)) != NULL;
    ok = ok && read_input(run, error);
    if (ok)
        run->alignment = rp_family_alignment_make(&run->genome, run->family, &run->parts, &run->copies,
                                                  (uint32_t)run->options.flank, error);
    ok = ok && run->alignment != NULL;
    if (ok) {
        write_bed(run, run->files[BED]);
        write_consensus(run, run->files[CONSENSUS]);
    }
    ok = ok && rp_family_alignment_write_stockholm(run->alignment, run->files[STOCKHOLM], error) &&
         rp_family_alignment_write_fasta(run->alignment, run->files[FASTA], error) &&
         (run->files[HMM] == NULL || rp_family_alignment_write_hmm(run->alignment, run->files[HMM], error));
    for (int i = 0; ok && i < N_RESULTS; i++)
        ok = run->files[i] == NULL || rp_file_finish(run->files[i], error);
    return ok && rp_files_commit(run->files, N_RESULTS, error);
}

static void clear_run(export_run *run, bool done)
{
    rp_targets_clear(&run->targets, done);
    rp_family_alignment_destroy(run->alignment);
    rp_family_parts_clear(&run->parts);
    free(run->copies.items);
    rp_family_file_clear(&run->library);
    rp_genome_clear(&run->genome);
    for (int i = 0; i < N_RESULTS; i++) {
        rp_file_destroy(run->files[i]);
        free(run->paths[i]);
    }
    free(run->library_path);
    free(run->copies_path);
}

int rp_command_export(int argc, char **argv)
{
    export_run run = {.options = {.flank = 200, .max_copies = 100}};
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(&run.options, table);
    rp_error error = {""};
    if (!parse(&run, table, n, argc, argv, &error))
        return rp_command_misuse("export", &error);
    if (run.options.help) {
        printf("usage: reprise-c export [options] genome.fa[.gz] PREFIX FAMILY\n\n"
               "Writes one family of the results that find or annotate wrote under PREFIX: FAMILY.stk and .afa, the\n"
               "alignment of its copies with what is beside them, FAMILY.fa, its consensus, and FAMILY.bed, the "
               "copies.\n\noptions:\n");
        rp_options_print(table, n, stdout);
        return RP_EXIT_OK;
    }
    if (!plan(&run, &error)) {
        const int status = rp_command_unplaced("export", &run.targets, &error);
        clear_run(&run, false);
        return status;
    }
    const bool ok = export_family(&run, &error);
    clear_run(&run, ok);
    return rp_command_end("export", ok, &error);
}
