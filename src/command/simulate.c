/* simulate.c: `reprise-c simulate`: writes a genome whose repeats are known. */
#include "simulate/simulate.h"

#include <stdio.h>
#include <stdlib.h>

#include "command/command.h"
#include "command/options.h"
#include "command/results.h"

typedef struct simulate_options {
    bool help, gzip;
    const char *prefix;
    uint64_t length, families, contigs, seed;
    double repeat_share, max_divergence;
} simulate_options;

enum { TABLE_ROWS = 9 };

static void fill_table(simulate_options *o, rp_option table[TABLE_ROWS])
{
    const rp_option rows[TABLE_ROWS] = {
        {RP_OPTION_TEXT, "output", 'o', "PREFIX", &o->prefix, 0, 0,
         "names of the files begin so; a folder: simulated there [simulated]"},
        {RP_OPTION_NUMBER, "length", 'l', "N", &o->length, 10000, UINT64_C(1) << 40,
         "bases of the genome, about; K, M, G are units [10M]"},
        {RP_OPTION_NUMBER, "families", 'f', "N", &o->families, 1, 100000, "repeat families [60]"},
        {RP_OPTION_NUMBER, "contigs", 'c', "N", &o->contigs, 1, 1000000, "contigs [5]"},
        {RP_OPTION_SHARE, "repeat-share", 0, "SHARE", &o->repeat_share, 0, 0,
         "share of the genome that copies make up, below 0.9 [0.45]"},
        {RP_OPTION_SHARE, "max-divergence", 0, "SHARE", &o->max_divergence, 0, 0,
         "substitutions a base in the oldest family [0.3]"},
        {RP_OPTION_NUMBER, "seed", 's', "N", &o->seed, 0, UINT64_MAX, "another number, another genome [1]"},
        {RP_OPTION_FLAG, "gzip", 'z', NULL, &o->gzip, 0, 0, "write the genome as PREFIX.fa.gz (bgzip)"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &o->help, 0, 0, "print this text"},
    };
    for (int i = 0; i < TABLE_ROWS; i++)
        table[i] = rows[i];
}

int rp_command_simulate(int argc, char **argv)
{
    simulate_options options = {.prefix = "simulated",
                                .length = 10000000,
                                .families = 60,
                                .contigs = 5,
                                .seed = 1,
                                .repeat_share = 0.45,
                                .max_divergence = 0.3};
    rp_option table[TABLE_ROWS];
    rp_error error = {""};
    int first = 0;
    fill_table(&options, table);
    bool ok = rp_options_parse(table, TABLE_ROWS, argc, argv, &first, &error);
    if (ok && options.help) {
        printf("usage: reprise-c simulate [options]\n\n"
               "Writes PREFIX.fa, a genome whose repeats are known, with PREFIX.truth.fa, PREFIX.truth.bed\n"
               "and PREFIX.tandem.bed.\n\noptions:\n");
        rp_options_print(table, TABLE_ROWS, stdout);
        return RP_EXIT_OK;
    }
    if (ok && first < argc)
        ok = rp_error_set(&error, "unexpected operand %.100s", argv[first]);
    if (ok && options.repeat_share > 0.9)
        ok = rp_error_set(&error, "--repeat-share is above 0.9");
    if (ok && options.contigs > options.length / 1000)
        ok = rp_error_set(&error, "--contigs: over one a kilobase");
    if (!ok)
        return rp_command_misuse("simulate", &error);
    const rp_simulate_parameters parameters = {.length_bp = options.length,
                                               .n_families = options.families,
                                               .n_contigs = options.contigs,
                                               .repeat_share = options.repeat_share,
                                               .max_divergence = options.max_divergence,
                                               .seed = options.seed,
                                               .gzip = options.gzip};
    char *prefix = rp_output_prefix(options.prefix, "simulated");
    ok = prefix != NULL ? rp_simulate(&parameters, prefix, &error) : rp_error_memory(&error, "file names");
    free(prefix);
    return rp_command_end("simulate", ok, &error);
}
