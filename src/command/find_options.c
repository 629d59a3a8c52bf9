/* find_options.c: the option table of `find`; see find_options.h. */
#include "command/find_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/band.h"
#include "base/memory.h"
#include "command/options.h"
#include "index/kmer.h"
#include "produce/batch.h"

enum { TABLE_ROWS = 48 };

static const char *const ENDINGS[RP_N_RESULTS] = {
    [RP_RESULT_FAMILIES] = ".families.fa", [RP_RESULT_SEEDS] = ".families.stk", [RP_RESULT_BED] = ".copies.bed",
    [RP_RESULT_GFF3] = ".copies.gff3",     [RP_RESULT_TANDEM] = ".tandem.bed",  [RP_RESULT_MASKED] = ".masked.fa",
    [RP_RESULT_SUMMARY] = ".summary.json"};

static void set_defaults(rp_find_options *options)
{
    *options = (rp_find_options){.min_seed_frequency = RP_SEED_MIN_COUNT, .max_seed_frequency = UINT32_MAX,
                                 .extension_length = 100, .min_copies = 3, .channel_capacity = 1000000,
                                 .backpressure = 0.8, .simd = "auto"};
}

static size_t fill_table(rp_find_options *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_HEADING, "output:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_TEXT, "output", 'o', "PREFIX", &o->prefix, 0, 0, "names of the result files begin so [the input's name without its endings, in the working folder]"},
        {RP_OPTION_TEXT, "families", 0, "FILE", &o->paths[RP_RESULT_FAMILIES], 0, 0, "consensus library, FASTA [PREFIX.families.fa]"},
        {RP_OPTION_TEXT, "seed-alignments", 0, "FILE", &o->paths[RP_RESULT_SEEDS], 0, 0, "their seed alignments, Stockholm [PREFIX.families.stk]"},
        {RP_OPTION_TEXT, "bed", 0, "FILE", &o->paths[RP_RESULT_BED], 0, 0, "every copy, BED [PREFIX.copies.bed]"},
        {RP_OPTION_TEXT, "gff3", 0, "FILE", &o->paths[RP_RESULT_GFF3], 0, 0, "every copy, GFF3 [PREFIX.copies.gff3]"},
        {RP_OPTION_TEXT, "tandem", 0, "FILE", &o->paths[RP_RESULT_TANDEM], 0, 0, "tandem repeats, BED [PREFIX.tandem.bed]"},
        {RP_OPTION_TEXT, "masked", 0, "FILE", &o->paths[RP_RESULT_MASKED], 0, 0, "the masked genome, FASTA [PREFIX.masked.fa]"},
        {RP_OPTION_TEXT, "summary", 0, "FILE", &o->paths[RP_RESULT_SUMMARY], 0, 0, "parameters and figures, JSON [PREFIX.summary.json]"},
        {RP_OPTION_FLAG, "no-families", 0, NULL, &o->off[RP_RESULT_FAMILIES], 0, 0, "do not write the consensus library"},
        {RP_OPTION_FLAG, "no-seed-alignments", 0, NULL, &o->off[RP_RESULT_SEEDS], 0, 0, "do not write the seed alignments"},
        {RP_OPTION_FLAG, "no-bed", 0, NULL, &o->off[RP_RESULT_BED], 0, 0, "do not write the BED file of copies"},
        {RP_OPTION_FLAG, "no-gff3", 0, NULL, &o->off[RP_RESULT_GFF3], 0, 0, "do not write the GFF3 file of copies"},
        {RP_OPTION_FLAG, "no-tandem", 0, NULL, &o->off[RP_RESULT_TANDEM], 0, 0, "do not write the tandem repeats"},
        {RP_OPTION_FLAG, "no-masked", 0, NULL, &o->off[RP_RESULT_MASKED], 0, 0, "do not write the masked genome"},
        {RP_OPTION_FLAG, "no-summary", 0, NULL, &o->off[RP_RESULT_SUMMARY], 0, 0, "do not write the summary"},
        {RP_OPTION_FLAG, "no-run-info", 0, NULL, &o->no_run_info, 0, 0, "leave times and threads out of the summary"},
        {RP_OPTION_FLAG, "hard-mask", 0, NULL, &o->hard_mask, 0, 0, "mask with N instead of lower case"},
        {RP_OPTION_FLAG, "mask-tandem", 0, NULL, &o->mask_tandem, 0, 0, "mask tandem repeats too"},
        {RP_OPTION_HEADING, "method:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_FLAG, "respect-mask", 0, NULL, &o->respect_mask, 0, 0, "no seeds in lower-case sequence of the input"},
        {RP_OPTION_NUMBER, "kmer", 'k', "N", &o->kmer, 10, RP_KMER_MAX, "k-mer length [ceil(log4(genome size)) + 2]"},
        {RP_OPTION_NUMBER, "min-seed-frequency", 0, "N", &o->min_seed_frequency, RP_SEED_MIN_COUNT, UINT32_MAX, "places that a k-mer needs to be a seed [3]"},
        {RP_OPTION_NUMBER, "max-seed-frequency", 0, "N", &o->max_seed_frequency, RP_SEED_MIN_COUNT, UINT32_MAX, "k-mers with more places are no seeds [no limit]"},
        {RP_OPTION_NUMBER, "min-copies", 0, "N", &o->min_copies, 2, UINT32_MAX, "copies that a family needs to be reported [3]"},
        {RP_OPTION_NUMBER, "extension-length", 0, "N", &o->extension_length, 1, 100000, "bases beside a place that a worker claims; no effect on the results [100]"},
        {RP_OPTION_NUMBER, "max-candidates", 0, "N", &o->max_candidates, 1, UINT64_MAX, "stop looking for families after so many candidate pairs [no limit]"},
        {RP_OPTION_FLAG, "intra-contig", 0, NULL, &o->intra_contig, 0, 0, "only pairs of places within one contig start a family"},
        {RP_OPTION_HEADING, "run (no effect on the results):", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_NUMBER, "threads", 't', "N", &o->threads, 1, 1024, "CPU threads [those that this process may use]"},
        {RP_OPTION_NUMBER, "channel-capacity", 0, "N", &o->channel_capacity, 1, UINT32_MAX, "candidate pairs between producer and workers [1000000]"},
        {RP_OPTION_SHARE, "backpressure", 0, "SHARE", &o->backpressure, 0, 0, "share of the channel's capacity above which the producer slows down [0.8]"},
        {RP_OPTION_TEXT, "simd", 0, "NAME", &o->simd, 0, 0, "instruction set: auto, avx512, avx2 or scalar [auto]"},
        {RP_OPTION_FLAG, "quiet", 'q', NULL, &o->quiet, 0, 0, "no progress on standard error"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

void rp_find_options_help(void)
{
    rp_find_options options;
    rp_option table[TABLE_ROWS];
    printf("usage: reprise-c find [options] genome.fa[.gz] [more.fa ...]\n\n"
           "Finds the repeat families of a genome, all their copies, and masks them. Input is FASTA or\n"
           "FASTQ, plain, gzip or bgzip; - is standard input. A result file named FILE.gz is compressed\n"
           "(bgzip); - is standard output.\n");
    rp_options_print(table, fill_table(&options, table), stdout);
}

/* Two results under one name would destroy each other. */
static bool check_paths(const rp_find_options *options, rp_error *error)
{
    for (int i = 0; i < RP_N_RESULTS; i++) {
        if (options->paths[i] != NULL && options->off[i])
            return rp_error_set(error, "%s is both named and switched off", ENDINGS[i]);
        for (int j = 0; j < i; j++)
            if (options->paths[i] != NULL && options->paths[j] != NULL && strcmp(options->paths[i], options->paths[j]) == 0)
                return rp_error_set(error, "two results go to %s", options->paths[i]);
    }
    return true;
}

bool rp_find_options_parse(rp_find_options *options, int argc, char **argv, rp_error *error)
{
    rp_option table[TABLE_ROWS];
    int first = 0;
    set_defaults(options);
    if (!rp_options_parse(table, fill_table(options, table), argc, argv, &first, error))
        return false;
    if (options->help)
        return true;
    options->inputs = (const char *const *)argv + first;
    options->n_inputs = (size_t)(argc - first);
    if (options->n_inputs == 0)
        return rp_error_set(error, "no genome is given");
    for (size_t i = 0; i < options->n_inputs; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(options->inputs[i], "-") == 0 && strcmp(options->inputs[j], "-") == 0)
                return rp_error_set(error, "standard input can be read once only");
    if (options->max_seed_frequency < options->min_seed_frequency)
        return rp_error_set(error, "--max-seed-frequency is below --min-seed-frequency");
    if (rp_band_select(options->simd) == NULL)
        return rp_error_set(error, "--simd: %.100s is unknown or not to be had on this machine", options->simd);
    return check_paths(options, error);
}

/* The input's name without its folder and endings. */
static size_t stem(const char *input, const char **begin)
{
    static const char *const endings[] = {".gz", ".bgz", ".fa", ".fasta", ".fna", ".fq", ".fastq", ".fas"};
    const char *slash = strrchr(input, '/');
    *begin = strcmp(input, "-") == 0 ? "reprise" : slash == NULL ? input : slash + 1;
    size_t n = strlen(*begin);
    for (bool cut = true; cut;) {
        cut = false;
        for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
            const size_t m = strlen(endings[i]);
            if (n > m && strncmp(*begin + n - m, endings[i], m) == 0) {
                n -= m;
                cut = true;
            }
        }
    }
    return n;
}

char *rp_find_options_path(const rp_find_options *options, rp_result_file which, bool *ok)
{
    *ok = true;
    if (options->off[which])
        return NULL;
    char *path = NULL;
    if (options->paths[which] != NULL) {
        path = strdup(options->paths[which]);
    } else {
        const char *prefix = options->prefix;
        const size_t n = prefix != NULL ? strlen(prefix) : stem(options->inputs[0], &prefix);
        if (asprintf(&path, "%.*s%s", (int)n, prefix, ENDINGS[which]) < 0)
            path = NULL;
    }
    *ok = path != NULL;
    return path;
}
