/* watch.h: the threads that look after a run: one takes signals, one shows progress, writes the Prometheus file and
 * looks after memory.
 *
 * While they run, INT, TERM, HUP, USR1 and XCPU ask the run to end (base/cancel.h; a second one ends the
 * process at once, but for XCPU, which the kernel sends each second), and USR2 prints the dashboard. No work is done in
 * signal handlers, and nothing that the thread of the signals does can wait for a reader or a disk.
 */
#ifndef RP_COMMAND_WATCH_H
#define RP_COMMAND_WATCH_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/error.h"
#include "base/log.h"

typedef struct rp_watch {
    rp_log *log;
    const char *command, *prometheus; /* prometheus: NULL: no such file */
    unsigned n_threads;
    uint64_t memory_bytes; /* resident memory near it has spilled blocks paged out */
    uint64_t own_bytes; /* of it, what the plan sets aside for what is not leased */
    uint64_t most_bytes; /* a run that takes more, files that are mapped not counted, is ended */
    double interval_s; /* of progress; 0: chosen by where it goes */
    /* its own: */
    pthread_t listener, reporter;
    bool listens, reports;
    atomic_bool stopping;
    pthread_mutex_t lock; /* with it and `stopped` the reporter waits for its next turn */
    pthread_cond_t stopped;
    sigset_t signals, before;
} rp_watch;

/* Starts the threads; signals are blocked in the caller and in the threads that it starts from now on.
 * False: the Prometheus file cannot be written. A thread that cannot be started is no failure. */
bool rp_watch_start(rp_watch *watch, rp_error *error) RP_MUST_CHECK;
void rp_watch_stop(rp_watch *watch);

#endif
