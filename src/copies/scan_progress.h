/* scan_progress.h: how far a scan is, where it is done in shares, or in several runs.
 *
 * Its grid follows from genome and library alone: chunks of the genome, and for each of them parts of the library. What
 * is found in one field of it does not depend on another's (copies/scan.c), so that it does not show in which order,
 * or in how many runs, they are done.
 */
#ifndef RP_COPIES_SCAN_PROGRESS_H
#define RP_COPIES_SCAN_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/keep_hook.h"
#include "base/share.h"

/* Zeroed: nothing is begun. Share and hook are set by whoever has it scanned. */
typedef struct rp_scan_progress {
    rp_share share;            /* the chunks that are to be scanned */
    uint64_t n_chunks, n_library_parts; /* of the whole genome and library, */
    uint64_t n_own;            /* and chunks of the share */
    uint8_t *done; /* by part of the library and chunk of the share: 1 where its alignments are found; NULL:
                                * nothing is begun */
    rp_keep_hook keep; /* called when all that is found is of chunks that are done */
} rp_scan_progress;

/* Lays the grid out where nothing is begun yet. False: error filled in; what is kept may be of another grid. */
bool rp_scan_progress_begin(rp_scan_progress *progress, uint64_t n_chunks, uint64_t n_own, uint64_t n_library_parts,
                            rp_error *error) RP_MUST_CHECK;

uint64_t rp_scan_fields(const rp_scan_progress *progress); /* of the share's grid: entries of `done` */
uint64_t rp_scan_fields_left(const rp_scan_progress *progress); /* and how many are not done */

/* Whether all of the share is done. */
bool rp_scan_is_done(const rp_scan_progress *progress);
void rp_scan_progress_clear(rp_scan_progress *progress);

#endif
