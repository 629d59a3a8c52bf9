/* report.c: `reprise-c report`: the results of an earlier run as an HTML page. */
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "command/options.h"
#include "command/results.h"
#include "report/read.h"

typedef struct report_options {
    bool help;
    const char *output, *library;
} report_options;

static bool make_report(const char *prefix, const char *library, const char *path, rp_error *error)
{
    rp_report report;
    rp_report_source source;
    rp_file *file = NULL;
    const bool ok = rp_report_read(&report, &source, prefix, library, error) &&
                    (file = rp_file_open(path, error)) != NULL && rp_report_write(&report, file, error) &&
                    rp_file_finish(file, error) && rp_file_commit(file, error);
    rp_file_destroy(file);
    rp_report_clear(&report);
    rp_report_source_clear(&source);
    return ok;
}

/* To be freed; NULL: out of memory. */
static char *name_page(const char *given, const char *prefix)
{
    char *path = NULL;
    if (given != NULL)
        return rp_output_name(given, prefix, ".report.html");
    return asprintf(&path, "%s.report.html", prefix) < 0 ? NULL : path;
}

/* The page takes the place of no file that it is made of. */
static bool plan_page(rp_targets *targets, const char *path, const char *prefix, const char *library, rp_error *error)
{
    static const char *const endings[] = {".summary.json", ".families.fa", ".families.fa.gz", ".copies.bed",
                                          ".copies.bed.gz"};
    if (path == NULL)
        return rp_error_memory(error, "report");
    bool ok = rp_targets_add(targets, path, error) && (library == NULL || rp_targets_spare(targets, library, error));
    for (size_t i = 0; ok && i < sizeof endings / sizeof endings[0]; i++) {
        char *input = NULL;
        if (asprintf(&input, "%s%s", prefix, endings[i]) < 0)
            return rp_error_memory(error, "report");
        ok = rp_targets_spare(targets, input, error);
        free(input);
    }
    return ok;
}

int rp_command_report(int argc, char **argv)
{
    report_options options = {0};
    const rp_option table[] = {
        {RP_OPTION_TEXT, "output", 'o', "FILE", &options.output, 0, 0,
         "the page [PREFIX.report.html]; a folder: its name there; - is standard output"},
        {RP_OPTION_TEXT, "library", 'l', "FILE", &options.library, 0, 0,
         "the library of the run [PREFIX.families.fa; after annotate, none is needed]"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &options.help, 0, 0, "print this text"},
    };
    const size_t n = sizeof table / sizeof table[0];
    rp_error error = {""};
    int first = 0;
    bool ok = rp_options_parse(table, n, argc, argv, &first, &error);
    if (ok && options.help) {
        printf("usage: reprise-c report [options] PREFIX\n\n"
               "Makes one HTML page of the results that `find` or `annotate` wrote under PREFIX: tables and plots,\n"
               "to be opened in a browser. Needs PREFIX.summary.json, PREFIX.copies.bed and, after find, "
               "PREFIX.families.fa.\n\noptions:\n");
        rp_options_print(table, n, stdout);
        return RP_EXIT_OK;
    }
    if (ok && argc - first != 1)
        ok = rp_error_set(&error, argc == first ? "no PREFIX is given" : "unexpected operand %.100s",
                          argc == first ? "" : argv[first + 1]);
    if (!ok)
        return rp_command_misuse("report", &error);
    rp_targets targets = {0};
    char *path = name_page(options.output, argv[first]);
    if (!plan_page(&targets, path, argv[first], options.library, &error)) {
        free(path);
        return rp_command_unplaced("report", &targets, &error);
    }
    ok = make_report(argv[first], options.library, path, &error);
    rp_targets_clear(&targets, ok);
    free(path);
    return rp_command_end("report", ok, &error);
}
