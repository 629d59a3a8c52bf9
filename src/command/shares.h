/* shares.h: annotate in shares: which share, and the files of all of them put together. */
#ifndef RP_COMMAND_SHARES_H
#define RP_COMMAND_SHARES_H

#include "checkpoint/scan_file.h"
#include "command/options.h"

/* Reads "3/7". False: misuse, error filled in. */
bool rp_share_parse(rp_share *share, const char *text, rp_error *error) RP_MUST_CHECK;

/* The files of all shares. Zeroed at the start. */
typedef struct rp_gathering {
    const char *const *paths; /* as the user gave them */
    size_t n;
    rp_scan_file *files;
    size_t n_open;
} rp_gathering;

/* Opens the files: each share once and none that is missing, all of one genome, library and code and with the same
 * options, which are set in the table. False: error filled in. */
bool rp_gathering_open(rp_gathering *gathering, const rp_option *table, size_t n, rp_error *error) RP_MUST_CHECK;

/* Takes what all have found, when the files have turned out to be those of this run. False: error filled in. */
bool rp_gathering_take(rp_gathering *gathering, const rp_scan_binding *own, const rp_scan_subject *subject,
                       rp_kept_scans *into, rp_error *error) RP_MUST_CHECK;

void rp_gathering_clear(rp_gathering *gathering);

#endif
