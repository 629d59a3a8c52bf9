/* merge.c: `reprise-c merge`: several libraries as one without redundancy. */
#include "merge/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/sort.h"
#include "command/command.h"
#include "command/governor.h"
#include "command/results.h"
#include "genome/reader.h"
#include "output/merged.h"

typedef struct merge_options {
    bool help;
    const char *prefix, *families, *members, *keep, *name_prefix;
    rp_option_list genomes;
    double identity, coverage;
} merge_options;

/* Zeroed at the start; cleared in any state. */
typedef struct merge_run {
    merge_options options;
    const char *const *paths;            /* of the libraries, */
    size_t n_paths;
    size_t n_libraries;                  /* and with the one that is kept, which comes last */
    char **labels;                       /* one a library */
    rp_family_file *files;
    rp_merge_library *libraries;
    char *families_path, *members_path;
    rp_targets targets;
    rp_governor governor;
    rp_genome genome;
    rp_merged merged;
    rp_file *families, *members;
} merge_run;

enum { TABLE_ROWS = 24 };

static size_t fill_table(merge_run *run, rp_option *table)
{
    merge_options *o = &run->options;
    const rp_option rows[] = {
        {RP_OPTION_HEADING, "output:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_TEXT, "output", 'o', "PREFIX", &o->prefix, 0, 0,
         "names of the result files begin so; a folder: merged there [merged]"},
        {RP_OPTION_TEXT, "families", 0, "FILE", &o->families, 0, 0, "merged library, FASTA [PREFIX.families.fa]"},
        {RP_OPTION_TEXT, "members", 0, "FILE", &o->members, 0, 0,
         "what became of each entry, TSV [PREFIX.members.tsv]"},
        {RP_OPTION_TEXT, "name-prefix", 0, "TEXT", &o->name_prefix, 0, 0,
         "name families TEXT1, TEXT2, ... [by their sequence, so that one family has one name in all runs]"},
        {RP_OPTION_HEADING, "method:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_TEXT, "keep", 0, "FILE", &o->keep, 0, 0,
         "a library whose entries stand as they are; others that are like them join them"},
        {RP_OPTION_LIST, "genomes", 0, "FILE...", &o->genomes, 0, 0,
         "genomes, up to the next option: the families get new consensus sequences from their copies there"},
        {RP_OPTION_SHARE, "identity", 0, "SHARE", &o->identity, 0, 0,
         "of the aligned pairs of bases, that match where two entries are one family [0.8]"},
        {RP_OPTION_SHARE, "coverage", 0, "SHARE", &o->coverage, 0, 0,
         "of an entry, that lies in the one which it joins [0.8]"},
        {RP_OPTION_HEADING, "run (no effect on the results):", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    const size_t n = sizeof rows / sizeof rows[0];
    return n + rp_governor_options(&run->governor, table + n);
}

static void print_help(const rp_option *table, size_t n)
{
    printf("usage: reprise-c merge [options] a.families.fa[.gz] b.families.fa[.gz] ...\n\n"
           "Makes one library of several (FASTA; >name#class) in which each family stands once. The order of\n"
           "the libraries does not matter, and names may stand in several of them.\n");
    rp_options_print(table, n, stdout);
}

/* --- Libraries --- */

static const char *path_of(const merge_run *run, size_t library)
{
    return library < run->n_paths ? run->paths[library] : run->options.keep;
}

/* What a library is called by its path: the name alone, without its endings. */
static char *short_label(const char *path)
{
    char *label = rp_output_prefix("/", path), *text = label != NULL ? strdup(label + 1) : NULL;
    static const char families[] = ".families";
    const size_t n = text != NULL ? strlen(text) : 0, m = sizeof families - 1;
    free(label);
    if (n > m && strcmp(text + n - m, families) == 0)
        text[n - m] = '\0';
    return text;
}

/* Labels are short where no other library has the same one, and else the paths. */
static bool make_labels(merge_run *run, rp_error *error)
{
    const size_t n = run->n_libraries;
    char **sorted = rp_alloc(n, sizeof *sorted);
    run->labels = rp_alloc(n, sizeof *run->labels);
    bool ok = run->labels != NULL && sorted != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = (sorted[i] = short_label(path_of(run, i))) != NULL;
    if (ok)
        qsort(sorted, n, sizeof *sorted, rp_compare_strings);
    for (size_t i = 0; ok && i < n; i++) {
        run->labels[i] = short_label(path_of(run, i));
        ok = run->labels[i] != NULL;
        char **at = ok ? bsearch(&run->labels[i], sorted, n, sizeof *sorted, rp_compare_strings) : NULL;
        if (at != NULL &&
            ((at > sorted && strcmp(at[-1], *at) == 0) || (at + 1 < sorted + n && strcmp(at[1], *at) == 0))) {
            free(run->labels[i]);
            run->labels[i] = strdup(path_of(run, i));
            ok = run->labels[i] != NULL;
        }
    }
    for (size_t i = 0; sorted != NULL && i < n; i++)
        free(sorted[i]);
    free(sorted);
    return ok || rp_error_memory(error, "names");
}

static bool read_input(merge_run *run, rp_error *error)
{
    const merge_options *o = &run->options;
    rp_stage_begin(RP_STAGE_READ, rp_input_bytes(run->paths, run->n_paths));
    run->files = rp_alloc(run->n_libraries, sizeof *run->files);
    run->libraries = rp_alloc(run->n_libraries, sizeof *run->libraries);
    if (run->files == NULL || run->libraries == NULL)
        return rp_error_memory(error, "libraries");
    uint64_t bases = 0;
    size_t families = 0;
    for (size_t i = 0; i < run->n_libraries; i++) {
        if (!rp_family_file_read(&run->files[i], path_of(run, i), NULL, error))
            return false;
        run->libraries[i] = (rp_merge_library){run->labels[i], &run->files[i], i >= run->n_paths};
        bases += rp_family_file_bases(&run->files[i]);
        families += run->files[i].n;
    }
    rp_log_line(&run->governor.log, "read %zu families of %zu libraries, %llu bases", families, run->n_libraries,
                (unsigned long long)bases);
    if (o->genomes.n == 0)
        return true;
    rp_reading reading = run->governor.reading;
    reading.names_may_repeat = true;
    if (!rp_genome_read(&run->genome, o->genomes.items, o->genomes.n, false, &reading, error))
        return false;
    rp_log_line(&run->governor.log, "read %zu contigs, %llu bases", run->genome.n_contigs,
                (unsigned long long)run->genome.length_bp);
    return rp_governor_plan(&run->governor, &run->genome, bases, error);
}

/* --- The command --- */

static bool merge(merge_run *run, rp_error *error)
{
    const merge_options *o = &run->options;
    rp_stages_expect(1u << RP_STAGE_READ | 1u << RP_STAGE_JOIN | 1u << RP_STAGE_WRITE |
                     (o->genomes.n > 0 ? 1u << RP_STAGE_TANDEM | 1u << RP_STAGE_INDEX | 1u << RP_STAGE_POLISH : 0));
    run->families = rp_file_open(run->families_path, error);
    run->members = run->families != NULL ? rp_file_open(run->members_path, error) : NULL;
    if (run->members == NULL || !make_labels(run, error) || !read_input(run, error))
        return false;
    const rp_merge_parameters parameters = {.n_threads = run->governor.n_threads,
                                            .kernel = run->governor.kernel,
                                            .identity = o->identity,
                                            .coverage = o->coverage,
                                            .name_prefix = o->name_prefix,
                                            .genome = o->genomes.n > 0 ? &run->genome : NULL};
    rp_stage_begin(RP_STAGE_JOIN, 0);
    if (!rp_merge(run->libraries, run->n_libraries, &parameters, &run->merged, error))
        return false;
    rp_log_line(&run->governor.log, "merged: %zu families of %zu entries, %zu of which were two",
                run->merged.n_families, run->merged.n_members, run->merged.n_split);
    rp_stage_begin(RP_STAGE_WRITE, 0);
    rp_merged_write_families(&run->merged, run->families);
    rp_merged_write_members(&run->merged, run->members);
    rp_file *files[] = {run->families, run->members};
    return rp_file_finish(run->families, error) && rp_file_finish(run->members, error) &&
           rp_files_commit(files, 2, error);
}

/* The name of a result, to be freed; NULL: out of memory. */
static char *result_path(const char *given, const char *prefix, const char *ending)
{
    char *path = NULL;
    if (given != NULL)
        return strdup(given);
    return prefix == NULL || asprintf(&path, "%s%s", prefix, ending) < 0 ? NULL : path;
}

/* All that is written has places apart, and all that is read is left alone. */
static bool plan_results(merge_run *run, rp_error *error)
{
    const merge_options *o = &run->options;
    char *prefix = rp_output_prefix(o->prefix, "merged");
    run->families_path = result_path(o->families, prefix, ".families.fa");
    run->members_path = result_path(o->members, prefix, ".members.tsv");
    free(prefix);
    if (run->families_path == NULL || run->members_path == NULL)
        return rp_error_memory(error, "file names");
    bool ok = rp_targets_add(&run->targets, run->families_path, error) &&
              rp_targets_add(&run->targets, run->members_path, error) &&
              rp_governor_add_targets(&run->governor, &run->targets, error);
    for (size_t i = 0; ok && i < run->n_libraries; i++)
        ok = rp_targets_spare(&run->targets, path_of(run, i), error);
    for (size_t i = 0; ok && i < o->genomes.n; i++)
        ok = rp_targets_spare(&run->targets, o->genomes.items[i], error);
    return ok;
}

static void clear_run(merge_run *run, bool done)
{
    rp_targets_clear(&run->targets, done);
    rp_file_destroy(run->families);
    rp_file_destroy(run->members);
    free(run->families_path);
    free(run->members_path);
    rp_merged_clear(&run->merged);
    for (size_t i = 0; i < run->n_libraries; i++) {
        if (run->labels != NULL)
            free(run->labels[i]);
        if (run->files != NULL)
            rp_family_file_clear(&run->files[i]);
    }
    free(run->labels);
    free(run->files);
    free(run->libraries);
    free(run->options.genomes.items);
    rp_genome_clear(&run->genome);
}

/* No input is given twice. */
static bool check_paths(const merge_run *run, rp_error *error)
{
    for (size_t i = 0; i < run->n_libraries; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(path_of(run, i), path_of(run, j)) == 0)
                return rp_error_set(error, "%.200s is given twice", path_of(run, i));
    for (size_t i = 0; i < run->options.genomes.n; i++)
        for (size_t j = 0; j < run->n_libraries; j++)
            if (strcmp(run->options.genomes.items[i], path_of(run, j)) == 0)
                return rp_error_set(error, "%.200s is given twice", path_of(run, j));
    return true;
}

static bool parse(merge_run *run, const rp_option *table, size_t n, int argc, char **argv, rp_error *error)
{
    int first = 0;
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (run->options.help)
        return true;
    run->paths = (const char *const *)argv + first;
    run->n_paths = (size_t)(argc - first);
    run->n_libraries = run->n_paths + (run->options.keep != NULL);
    if (run->n_paths == 0)
        return rp_error_set(error, "a library is needed");
    return check_paths(run, error) && rp_name_prefix_check(run->options.name_prefix, error) &&
           rp_governor_check(&run->governor, error);
}

int rp_command_merge(int argc, char **argv)
{
    merge_run run = {.options = {.identity = 0.8, .coverage = 0.8}, .governor = {.log = {.started_ns = rp_clock_ns()}}};
    rp_option table[TABLE_ROWS];
    const size_t n = fill_table(&run, table);
    rp_error error = {""};
    bool ok = parse(&run, table, n, argc, argv, &error);
    if (!ok || run.options.help) {
        free(run.options.genomes.items);
        if (!ok)
            return rp_command_misuse("merge", &error);
        print_help(table, n);
        return RP_EXIT_OK;
    }
    if (!plan_results(&run, &error)) {
        const int status = rp_command_unplaced("merge", &run.targets, &error);
        clear_run(&run, false);
        return status;
    }
    ok = rp_governor_start(&run.governor, "merge", run.paths[0], run.families_path, &error) && merge(&run, &error);
    clear_run(&run, ok);
    ok = rp_governor_stop(&run.governor, ok, &error) && ok;
    return rp_command_end("merge", ok, &error);
}
