/* find_options.c: the option table of `find`; see find_options.h. */
#include "command/find_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/band.h"
#include "base/memory.h"
#include "command/describe.h"
#include "command/options.h"
#include "family/family.h"
#include "family/grow.h"
#include "index/kmer.h"
#include "produce/batch.h"

enum { TABLE_ROWS = 112 };

static void set_defaults(rp_find_options *options)
{
    *options = (rp_find_options){.results = {.command = RP_FOR_FIND},
                                 .search = rp_run_defaults(),
                                 .device = "cpu",
                                 .presentation = rp_presentation_defaults(),
                                 .keeper = {.interval_s = 600}};
}

static size_t add_output_rows(rp_find_options *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_FLAG, "no-run-info", 0, NULL, &o->no_run_info, 0, 0, "leave times and threads out of the summary"},
        {RP_OPTION_TEXT, "name-prefix", 0, "TEXT", &o->search.name_prefix, 0, 0,
         "put TEXT before the names of all that is found: TEXT_R1 for --name-prefix TEXT_ [none]", .tells = true},
    };
    const size_t n = sizeof rows / sizeof rows[0];
    memcpy(table, rows, sizeof rows);
    return n + rp_presentation_rows(&o->presentation, table + n);
}

static size_t add_method_rows(rp_find_options *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_HEADING, "method:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_TEXT, "classify-with", 0, "FILE", &o->classify_with, 0, 0,
         "take class names from this library of known families, by the 80-80-80 rule"},
        {RP_OPTION_TEXT, "genes", 0, "FILE", &o->genes, 0, 0,
         "coding sequence, GFF3 or BED: families of few copies that lie on it are gene families", .tells = true},
        {RP_OPTION_TEXT, "known", 0, "FILE", &o->known, 0, 0,
         "a library of known families: their copies are annotated as theirs, and only what is new is looked for",
         .binds = true},
        {RP_OPTION_FLAG, "keep-other", 0, NULL, &o->search.keep_other, 0, 0,
         "leave repeats that are no transposable elements in the library", .tells = true},
        {RP_OPTION_FLAG, "keep-candidates", 0, NULL, &o->search.keep_candidates, 0, 0,
         "leave families of which too little is known in the library", .tells = true},
        {RP_OPTION_FLAG, "no-decoy", 0, NULL, &o->search.no_decoy, 0, 0,
         "do not measure the families on the genome backwards: no thresholds of their own", .tells = true},
        {RP_OPTION_FLAG, "respect-mask", 0, NULL, &o->search.respect_mask, 0, 0,
         "no seeds in lower-case sequence of the input; it has copies and stays lower case", .binds = true},
        {RP_OPTION_NUMBER, "kmer", 'k', "N", &o->search.kmer, 10, RP_KMER_MAX,
         "k-mer length [ceil(log4(genome size)) + 2]", .binds = true},
        {RP_OPTION_NUMBER, "min-seed-frequency", 0, "N", &o->search.min_seed_frequency, RP_SEED_MIN_COUNT, UINT32_MAX,
         "places that a k-mer needs to be a seed [3]", .binds = true},
        {RP_OPTION_NUMBER, "max-seed-frequency", 0, "N", &o->search.max_seed_frequency, RP_SEED_MIN_COUNT, UINT32_MAX,
         "k-mers with more places are no seeds [no limit]", .binds = true},
        {RP_OPTION_NUMBER, "min-copies", 0, "N", &o->search.min_copies, 2, UINT32_MAX,
         "copies that a family needs to be reported [3]", .binds = true},
        {RP_OPTION_NUMBER, "extension-length", 0, "N", &o->search.extension_length, 1, 100000,
         "bases beside a place that a worker claims; no effect on the results [100]"},
        {RP_OPTION_NUMBER, "max-candidates", 0, "N", &o->search.max_candidates, 1, UINT64_MAX,
         "stop looking for families after so many candidate pairs [no limit]", .binds = true},
        {RP_OPTION_FLAG, "intra-contig", 0, NULL, &o->search.intra_contig, 0, 0,
         "only pairs of places within one contig start a family; it grows, and its copies are found, in all contigs",
         .binds = true},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

static size_t add_reprise_rows(rp_find_options *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_HEADING, "by the names that REPrise gives them:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_NUMBER, "minlength", 0, "N", &o->search.minlength, RP_FAMILY_MIN_BP, RP_CONSENSUS_MAX_BP,
         "bases that a consensus needs to be reported [60]", .binds = true},
        {RP_OPTION_NUMBER, "minfreq", 0, "N", &o->minfreq, 2, UINT32_MAX, "the same as --min-copies"},
        {RP_OPTION_NUMBER, "maxextend", 0, "N", &o->search.maxextend, 100, RP_GROW_MAX_BP,
         "bases by which one growth lengthens one end at most [20000]", .binds = true},
        {RP_OPTION_NUMBER, "tandemdist", 0, "N", &o->search.tandemdist, 1, 1000000,
         "places of a seed on one strand nearer than this count once [500]", .binds = true},
        {RP_OPTION_NUMBER, "pa", 0, "N", &o->pa, 1, 1024, "the same as --threads"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

static size_t add_run_rows(rp_find_options *o, rp_option *table)
{
    const rp_option rows[] = {
        rp_interval_option(&o->keeper.interval_s),
        rp_checkpoint_dir_option(&o->keeper.shared),
        rp_no_checkpoint_option(&o->keeper.off),
        rp_restart_option(&o->keeper.restart),
        {RP_OPTION_TEXT, "index", 0, "FILE", &o->search.index, 0, 0,
         "map this index, which 'reprise-c index' made of the same input, and make none"},
        {RP_OPTION_NUMBER, "channel-capacity", 0, "N", &o->search.channel_capacity, 1, UINT32_MAX,
         "candidate pairs between producer and workers [1000000]"},
        {RP_OPTION_SHARE, "backpressure", 0, "SHARE", &o->search.backpressure, 0, 0,
         "share of the channel's capacity above which the producer slows down [0.8]"},
        rp_device_option(&o->device),
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

static size_t fill_table(rp_find_options *o, rp_option *table)
{
    size_t n = 0;
    table[n++] = (rp_option){RP_OPTION_HEADING, "output:", 0, NULL, NULL, 0, 0, NULL};
    n += rp_results_options(&o->results, table + n);
    n += add_output_rows(o, table + n);
    n += add_method_rows(o, table + n);
    n += rp_domain_options_rows(&o->domains, table + n);
    n += add_reprise_rows(o, table + n);
    n += rp_steps_rows(&o->steps, table + n);
    table[n++] = (rp_option){RP_OPTION_HEADING, "run (no effect on the results):", 0, NULL, NULL, 0, 0, NULL};
    n += rp_governor_options(&o->governor, table + n);
    return n + add_run_rows(o, table + n);
}

void rp_find_options_help(void)
{
    rp_find_options options;
    rp_option table[TABLE_ROWS];
    set_defaults(&options);
    printf("usage: reprise-c find [options] genome.fa[.gz] [more.fa ...]\n\n"
           "Finds the repeat families of a genome, all their copies, and masks them. Input is FASTA or\n"
           "FASTQ, plain, gzip or bgzip; - is standard input. A result file named FILE.gz is compressed\n"
           "(bgzip); - is standard output.\n");
    rp_options_print(table, fill_table(&options, table), stdout);
}

static bool is_stdin(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static size_t count_stdin(const rp_find_options *options)
{
    size_t n = is_stdin(options->known) + is_stdin(options->classify_with) + is_stdin(options->genes) +
               is_stdin(options->presentation.protect);
    for (size_t i = 0; i < options->n_inputs; i++)
        n += is_stdin(options->inputs[i]);
    return n;
}

/* Where there are no results, what names or shapes them is for the step that has them. Candidate pairs no step has. */
static bool check_step(const rp_find_options *options, const rp_option *table, rp_error *error)
{
    rp_find_options plain;
    rp_option defaults[TABLE_ROWS];
    set_defaults(&plain);
    (void)fill_table(&plain, defaults);
    size_t n = 1;
    while (table[n].kind != RP_OPTION_HEADING)
        n++;
    const rp_option *other =
        rp_steps_give_results(&options->steps) ? NULL : rp_options_other(table, defaults, n, &options->results.prefix);
    if (other != NULL)
        return rp_error_set(error, "--%s is of results, and this step has none: give it to the last one", other->name);
    return options->steps.from == NULL || options->results.paths[RP_RESULT_PAIRS] == NULL ||
           rp_error_set(error, "--pairs is of the search for families, which --from leaves out");
}

static bool parse(rp_find_options *options, int argc, char **argv, rp_error *error)
{
    rp_option table[TABLE_ROWS];
    int first = 0;
    const size_t n = fill_table(options, table);
    if (!rp_options_parse(table, n, argc, argv, &first, error))
        return false;
    if (options->help)
        return true;
    options->inputs = (const char *const *)argv + first;
    options->n_inputs = (size_t)(argc - first);
    if (options->n_inputs == 0)
        return rp_error_set(error, "no genome is given");
    if (count_stdin(options) > 1)
        return rp_error_set(error, "standard input can be read once only");
    if (!rp_checkpoint_options_check(options->keeper.off, options->keeper.restart, options->keeper.shared, error))
        return false;
    if (options->minfreq != 0 && options->search.min_copies != 3)
        return rp_error_set(error, "--minfreq and --min-copies are the same; give one");
    if (options->pa != 0 && options->governor.threads != 0)
        return rp_error_set(error, "--pa and --threads are the same; give one");
    if (options->minfreq != 0)
        options->search.min_copies = options->minfreq;
    if (options->pa != 0)
        options->governor.threads = options->pa;
    if (options->search.max_seed_frequency < options->search.min_seed_frequency)
        return rp_error_set(error, "--max-seed-frequency is below --min-seed-frequency");
    if (!rp_name_prefix_check(options->search.name_prefix, error) || !rp_governor_check(&options->governor, error) ||
        !rp_device_choice_parse(&options->device_choice, options->device, error) ||
        !rp_presentation_check(&options->presentation, error) || !rp_results_check(&options->results, error) ||
        !rp_domain_options_check(&options->domains, error) || !rp_steps_check(&options->steps, error) ||
        !check_step(options, table, error))
        return false;
    options->keeper.given = options->steps.from;
    options->keeper.part = options->steps.part;
    options->no_run_info |= rp_describe_no_run(); /* for all steps of an engine: no word of theirs */
    options->binding = rp_options_binding(table, n);
    options->described = rp_options_describe(table, n);
    return true;
}

bool rp_find_options_parse(rp_find_options *options, int argc, char **argv, rp_error *error)
{
    set_defaults(options);
    const bool ok = parse(options, argc, argv, error);
    if (!ok)
        rp_find_options_clear(options);
    return ok;
}

void rp_find_options_clear(rp_find_options *options)
{
    rp_domain_options_close(&options->domains);
    rp_steps_clear(&options->steps);
    json_decref(options->binding);
    json_decref(options->described);
}
