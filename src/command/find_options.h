/* find_options.h: what the user of `find` may set. */
#ifndef RP_COMMAND_FIND_OPTIONS_H
#define RP_COMMAND_FIND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "command/governor.h"
#include "command/keeper.h"
#include "command/results.h"
#include "command/write.h"
#include "device/devices.h"

typedef struct rp_find_options {
    bool help;
    rp_governor governor;
    rp_keeper keeper;
    rp_results results;
    rp_write_options write;
    bool keep_other, respect_mask, no_run_info, intra_contig;
    uint64_t kmer;                      /* 0: chosen */
    uint64_t min_seed_frequency, max_seed_frequency, extension_length, max_candidates, min_copies;
    uint64_t minlength, maxextend, tandemdist; /* as REPrise names them */
    uint64_t minfreq, pa;               /* 0: not given; the same as min_copies and threads */
    uint64_t channel_capacity;
    double backpressure;
    const char *device, *classify_with, *index;
    rp_device_choice device_choice;
    const char *const *inputs;
    size_t n_inputs;
    json_t *binding;                    /* the options that bind, and their values; the caller's. NULL: no memory, or help */
} rp_find_options;

/* Parses `find`'s arguments into *options. False: misuse, error filled in, no binding. */
bool rp_find_options_parse(rp_find_options *options, int argc, char **argv, rp_error *error) RP_MUST_CHECK;

void rp_find_options_help(void); /* to standard output */

#endif
