/* domains.h: the options of commands that look for protein domains. */
#ifndef RP_COMMAND_DOMAINS_H
#define RP_COMMAND_DOMAINS_H

#include "base/log.h"
#include "base/targets.h"
#include "classify/domain_search.h"
#include "command/options.h"

typedef struct rp_domain_options {
    rp_option_list files;       /* of profiles, beside the program's own */
    bool off;
    rp_domain_search search;    /* opened by rp_domain_options_open */
} rp_domain_options;

/* Appends the rows to a table; returns how many. */
size_t rp_domain_options_rows(rp_domain_options *options, rp_option *table);

/* False: misuse, error filled in. */
bool rp_domain_options_check(const rp_domain_options *options, rp_error *error) RP_MUST_CHECK;

/* The files are left alone by whatever is written. False: error filled in. */
bool rp_domain_options_spare(const rp_domain_options *options, rp_targets *targets, rp_error *error) RP_MUST_CHECK;

/* Reads the profiles and looks for hmmsearch; where it is not there the log tells, once. False: error filled in. */
bool rp_domain_options_open(rp_domain_options *options, const rp_log *log, rp_error *error) RP_MUST_CHECK;
void rp_domain_options_close(rp_domain_options *options);

/* Puts what was searched with into the summary's parameters, as "domains". False: out of memory. */
bool rp_domain_options_describe(const rp_domain_options *options, json_t *parameters) RP_MUST_CHECK;

#endif
