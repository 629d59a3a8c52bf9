/* stages.h: the stages of a run, in their order; within run/ only. Each does its part of the flow in run.c, from
 * where the state stands, and leaves in the state what the next one begins with. False: error filled in.
 */
#ifndef RP_RUN_STAGES_H
#define RP_RUN_STAGES_H

#include "run/run.h"

/* Keeps the state as it is (run.c). */
void rp_run_keep(rp_run *run);

/* The same for a stage that has come some way. */
rp_keep_hook rp_run_hook(rp_run *run);

/* The copies of the families that are known; the cover has them. Nothing without any, and with a share
 * (known_copies.c). */
bool rp_run_find_known(rp_run *run, rp_error *error) RP_MUST_CHECK;

/* Numbers what was found on from the numbers that known families have in their names. False: out of memory. */
bool rp_run_number_apart(rp_run *run) RP_MUST_CHECK;

/* Puts these copies and their families beside those of run->findings. */
bool rp_run_add_known(rp_run *run, rp_error *error) RP_MUST_CHECK;

bool rp_run_get_index(rp_run *run, rp_error *error) RP_MUST_CHECK;   /* families.c: mapped or made */
bool rp_run_grow(rp_run *run, rp_error *error) RP_MUST_CHECK;        /* the first pass over the seeds */
bool rp_run_grow_rest(rp_run *run,
                      rp_error *error) RP_MUST_CHECK;   /* with shorter k-mers, over what the first has left */
bool rp_run_join(rp_run *run, rp_error *error) RP_MUST_CHECK;        /* parts of one element, deletion derivatives */
bool rp_run_polish(rp_run *run, rp_error *error) RP_MUST_CHECK;      /* copies.c: with the copies of a scan */
bool rp_run_find_copies(rp_run *run, rp_error *error) RP_MUST_CHECK; /* all copies, classes, what is set apart */

/* The stretch of the genome that the scan of run->share looks at. False: out of memory. */
bool rp_run_stretch(const rp_run *run, rp_interval *stretch) RP_MUST_CHECK;

/* In place of the last stage: the scan of run->share, all of it in run->scans (copies.c). */
bool rp_run_scan_share(rp_run *run, rp_error *error) RP_MUST_CHECK;

/* The satellites of all that is tandem, at the end of that stage (satellites.c); run->tandem holds all of it
 * afterwards. */
bool rp_run_find_satellites(rp_run *run, rp_error *error) RP_MUST_CHECK;

/* Lists the families from number `first` on that are no tandem repeats, each as the strand that its ends tell
 * (listing.c). */
bool rp_run_list_families(rp_run *run, size_t first) RP_MUST_CHECK;

/* Takes the families that lie in others off the list (once.c), and counts them in run->n_inside. */
bool rp_run_list_once(rp_run *run, rp_error *error) RP_MUST_CHECK;

/* Fills in run->consensus and run->seeds, after the library has come to rest. */
bool rp_run_list_consensus(rp_run *run) RP_MUST_CHECK;

#endif
