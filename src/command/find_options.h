/* find_options.h: what the user of `find` may set. */
#ifndef RP_COMMAND_FIND_OPTIONS_H
#define RP_COMMAND_FIND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The result files, in the order in which they are put in place. */
typedef enum rp_result_file {
    RP_RESULT_FAMILIES,
    RP_RESULT_SEEDS,
    RP_RESULT_BED,
    RP_RESULT_GFF3,
    RP_RESULT_TANDEM,
    RP_RESULT_MASKED,
    RP_RESULT_SUMMARY,
    RP_N_RESULTS
} rp_result_file;

typedef struct rp_find_options {
    bool help, quiet;
    const char *prefix;                 /* NULL: from the first input's name */
    const char *paths[RP_N_RESULTS];    /* NULL: PREFIX and the file's ending */
    bool off[RP_N_RESULTS];
    bool hard_mask, mask_tandem, respect_mask, no_run_info, intra_contig;
    uint64_t threads, kmer;             /* 0: chosen */
    uint64_t min_seed_frequency, max_seed_frequency, extension_length, max_candidates, min_copies;
    uint64_t channel_capacity;
    double backpressure;
    const char *simd;
    const char *const *inputs;
    size_t n_inputs;
} rp_find_options;

/* Parses `find`'s arguments into *options. False: misuse, error filled in. */
bool rp_find_options_parse(rp_find_options *options, int argc, char **argv, rp_error *error) RP_MUST_CHECK;

void rp_find_options_help(void); /* to standard output */

/* The path of a result file, to be freed; NULL: it is switched off or memory is out, which *ok tells. */
char *rp_find_options_path(const rp_find_options *options, rp_result_file which, bool *ok);

#endif
