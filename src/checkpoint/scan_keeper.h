/* scan_keeper.h: when and where the scans of a run are kept, and whether they go on from what was kept.
 *
 * The file lies in the run's folder (folder.h). Unlike the state of find (keeper.h) it is written as a whole each time;
 * the next time is put off so that writing takes a small part of the run.
 */
#ifndef RP_CHECKPOINT_SCAN_KEEPER_H
#define RP_CHECKPOINT_SCAN_KEEPER_H

#include <jansson.h>

#include "base/log.h"
#include "checkpoint/folder.h"
#include "checkpoint/scan_file.h"

typedef struct rp_scan_keeper {
    double interval_s;            /* between two times, at least */
    bool restart, off;            /* as the user gave them */
    const char *shared;           /* a folder for the scans of many runs; NULL: the scan goes with the results */
    const char *name;             /* of the file in the folder */
    bool yields;                  /* what is of another scan gives way: it is told, and the scan begins anew */
    const char *command;          /* for messages */
    const rp_log *log;
    rp_kept_scans scans;          /* of the run */
    rp_scan_binding binding;      /* of this run; its parameters are owned */
    rp_run_folder own;            /* in the shared one */
    char *path;                   /* of the file; NULL: none is kept */
    uint64_t kept_ns, took_ns;    /* when the scans were kept last, or the run began, and how long that took */
} rp_scan_keeper;

/* `options`: an object with those that a scan follows from (NULL: there was no memory for it). The folder may hold a
 * scan already; NULL: nothing is kept, but for a shared one: each scan has a folder there whose name follows from all
 * that it is bound to, and which is taken when that is known. False: error filled in. */
bool rp_scan_keeper_open(rp_scan_keeper *keeper, const rp_run_folder *folder, const json_t *options,
                         rp_error *error) RP_MUST_CHECK;

/* When genome and library are read: takes what was kept for them. What is of others, or of other code or options, is
 * refused, unless the keeper yields; what is damaged is told, and the scan begins anew. The scans' share is set. False:
 * error filled in. */
bool rp_scan_keeper_begin(rp_scan_keeper *keeper, const rp_scan_subject *subject, const rp_share *share,
                          rp_error *error) RP_MUST_CHECK;

/* Keeps what there is, for a run that is to end. Whether there is anything to go on from. */
bool rp_scan_keeper_flush(rp_scan_keeper *keeper);

/* Where it lies. */
const char *rp_scan_keeper_place(const rp_scan_keeper *keeper, const rp_run_folder *folder);

/* In any state. `done`: nobody goes on from it. */
void rp_scan_keeper_close(rp_scan_keeper *keeper, bool done);

#endif
