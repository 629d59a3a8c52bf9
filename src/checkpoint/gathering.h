/* gathering.h: the files of all shares of a scan, put together. */
#ifndef RP_CHECKPOINT_GATHERING_H
#define RP_CHECKPOINT_GATHERING_H

#include "checkpoint/scan_file.h"

/* Zeroed at the start, but for the paths. */
typedef struct rp_gathering {
    const char *const *paths; /* as the user gave them */
    size_t n;
    rp_scan_file *files;
    size_t n_open;
} rp_gathering;

/* Opens the files: each share once and none that is missing, all of one genome, library and code and with the same
 * options. False: error filled in. */
bool rp_gathering_open(rp_gathering *gathering, rp_error *error) RP_MUST_CHECK;

/* Takes what all have found, when the files have turned out to be those of this run. False: error filled in. */
bool rp_gathering_take(rp_gathering *gathering, const rp_scan_binding *own, const rp_scan_subject *subject,
                       rp_kept_scans *into, rp_error *error) RP_MUST_CHECK;

/* The paths are the caller's. */
void rp_gathering_clear(rp_gathering *gathering);

#endif
