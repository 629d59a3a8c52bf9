/* shares.h: scans in shares: which share, and where its file goes. */
#ifndef RP_COMMAND_SHARES_H
#define RP_COMMAND_SHARES_H

#include "base/share.h"
#include "checkpoint/scan_keeper.h"
#include "command/results.h"

/* Reads "3/7". False: misuse, error filled in. */
bool rp_share_parse(rp_share *share, const char *text, rp_error *error) RP_MUST_CHECK;

/* What a run writes that has no results: one file. Zeroed at the start. */
typedef struct rp_step_file {
    char *prefix, *path;
    rp_file *file;
} rp_step_file;

/* Gives the run that file, PREFIX.scan or so, in place of its results; PREFIX is that of the results and, for a share,
 * ".I-of-N", so that shares have folders for their state apart. False: error filled in. */
bool rp_step_file_plan(rp_step_file *step, rp_results *results, const rp_share *share, const char *input,
                       const char *ending, rp_error *error) RP_MUST_CHECK;

/* Orders the scans of a share, writes them to the file, and puts it in place. False: error filled in. */
bool rp_step_file_write_scan(rp_step_file *step, rp_scan_keeper *keeper, unsigned n_threads,
                             rp_error *error) RP_MUST_CHECK;

void rp_step_file_clear(rp_step_file *step); /* a file that was not committed is removed */

#endif
