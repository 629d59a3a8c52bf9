/* curate.c: `reprise-c curate`: a curator's decisions (library/curate.h) applied to a library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "command/command.h"
#include "command/options.h"
#include "command/results.h"
#include "library/curate.h"
#include "output/writers.h"

typedef struct curate_options {
    bool help, only, quiet;
    const char *output, *decisions;
    const char *library_path;
} curate_options;

enum { TABLE_ROWS = 8 };

static size_t fill_table(curate_options *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_TEXT, "decisions", 'd', "FILE", &o->decisions, 0, 0,
         "what is decided, one family a line: keep, drop, rename, cut, split, merge; - is standard input"},
        {RP_OPTION_FLAG, "only-decided", 0, NULL, &o->only, 0, 0, "leave families out that have no decision"},
        {RP_OPTION_TEXT, "output", 'o', "FILE", &o->output, 0, 0,
         "the curated library; a folder: the library's name there [-]"},
        {RP_OPTION_FLAG, "quiet", 'q', NULL, &o->quiet, 0, 0, "do not tell what was done"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

static bool parse(curate_options *options, const rp_option *table, size_t n, int argc, char **argv, rp_error *error)
{
    int first = 0;
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (options->help)
        return true;
    if (argc - first < 1)
        return rp_error_set(error, "a library is needed");
    if (argc - first > 1)
        return rp_error_set(error, "unexpected operand %.100s", argv[first + 1]);
    options->library_path = argv[first];
    if (options->decisions == NULL)
        return rp_error_set(error, "--decisions is needed");
    if (strcmp(options->decisions, "-") == 0 && strcmp(options->library_path, "-") == 0)
        return rp_error_set(error, "standard input can be read once only");
    return true;
}

static bool write_library(const rp_family_file *curated, rp_file *file, rp_error *error)
{
    for (size_t i = 0; i < curated->n; i++) {
        const rp_named_family *family = &curated->items[i];
        rp_file_print(file, ">%s#%s%s%s\n", family->name, family->class_name, family->description[0] != '\0' ? " " : "",
                      family->description);
        rp_write_sequence(file, family->consensus.items, family->consensus.n);
    }
    return rp_file_finish(file, error) && rp_file_commit(file, error);
}

static bool curate(const curate_options *options, const char *path, rp_error *error)
{
    rp_family_file library = {0}, curated = {0};
    rp_curation figures = {0};
    rp_file *file = rp_file_open(path, error);
    const bool ok = file != NULL && rp_family_file_read(&library, options->library_path, NULL, error) &&
                    rp_curate(&library, options->decisions, options->only, &curated, &figures, error) &&
                    write_library(&curated, file, error);
    if (ok && !options->quiet)
        rp_log_tell("curate", "%zu families, %zu decisions, %zu families without one%s: %zu families written",
                    library.n, figures.n_decisions, figures.n_undecided, options->only ? " left out" : "", curated.n);
    rp_file_destroy(file);
    rp_family_file_clear(&library);
    rp_family_file_clear(&curated);
    return ok;
}

int rp_command_curate(int argc, char **argv)
{
    curate_options options = {.output = "-"};
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(&options, table);
    rp_error error = {""};
    if (!parse(&options, table, n, argc, argv, &error))
        return rp_command_misuse("curate", &error);
    if (options.help) {
        printf("usage: reprise-c curate --decisions FILE [options] library.fa[.gz]\n\n"
               "Applies a curator's decisions to a library, and tells of them in the headers.\n\noptions:\n");
        rp_options_print(table, n, stdout);
        return RP_EXIT_OK;
    }
    rp_targets targets = {0};
    char *path = rp_output_name(options.output, options.library_path, ".fa");
    if (!(path != NULL || rp_error_memory(&error, "file names")) || !rp_targets_add(&targets, path, &error) ||
        !rp_targets_spare(&targets, options.library_path, &error) ||
        !rp_targets_spare(&targets, options.decisions, &error)) {
        free(path);
        return rp_command_unplaced("curate", &targets, &error);
    }
    const bool ok = curate(&options, path, &error);
    rp_targets_clear(&targets, ok);
    free(path);
    return rp_command_end("curate", ok, &error);
}
