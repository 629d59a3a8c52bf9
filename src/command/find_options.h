/* find_options.h: what the user of `find` may set. */
#ifndef RP_COMMAND_FIND_OPTIONS_H
#define RP_COMMAND_FIND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "checkpoint/keeper.h"
#include "command/domains.h"
#include "command/governor.h"
#include "command/presentation.h"
#include "command/results.h"
#include "command/steps.h"
#include "device/devices.h"
#include "run/run.h"

typedef struct rp_find_options {
    bool help;
    rp_governor governor;
    rp_keeper keeper;
    rp_results results;
    rp_run_parameters search;
    bool no_run_info;
    rp_presentation presentation;
    uint64_t minfreq, pa;               /* 0: not given; the same as min_copies and threads */
    const char *device, *classify_with, *genes, *known;
    rp_domain_options domains;
    rp_find_steps steps;
    rp_device_choice device_choice;
    const char *const *inputs;
    size_t n_inputs;
    /* NULL: no memory, or help: */
    json_t *binding;                    /* the options that bind, and their values */
    json_t *described;                  /* those that results follow from, for the summary */
} rp_find_options;

/* Parses `find`'s arguments into *options, which rp_find_options_clear frees. False: misuse, error filled in, and
 * nothing is left to free. */
bool rp_find_options_parse(rp_find_options *options, int argc, char **argv, rp_error *error) RP_MUST_CHECK;

void rp_find_options_clear(rp_find_options *options);

void rp_find_options_help(void); /* to standard output */

#endif
