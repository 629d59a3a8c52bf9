/* watch.h: the thread that looks after a run: progress, signals, the Prometheus file, memory.
 *
 * While it runs, INT, TERM, HUP and USR1 ask the run to end (base/cancel.h; a second one ends the
 * process at once), and USR2 prints the dashboard. No work is done in signal handlers.
 */
#ifndef RP_COMMAND_WATCH_H
#define RP_COMMAND_WATCH_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/error.h"
#include "command/log.h"

typedef struct rp_watch {
    rp_log *log;
    const char *command, *prometheus; /* prometheus: NULL: no such file */
    unsigned n_threads;
    uint64_t memory_bytes;            /* resident memory near it has spilled blocks paged out */
    double interval_s;                /* of progress; 0: chosen by where it goes */
    /* its own: */
    pthread_t thread;
    bool runs;
    atomic_bool stopping;
    sigset_t signals, before;
} rp_watch;

/* Starts the thread; signals are blocked in the caller and in the threads that it starts from now on.
 * False: the Prometheus file cannot be written. A thread that cannot be started is no failure. */
bool rp_watch_start(rp_watch *watch, rp_error *error) RP_MUST_CHECK;
void rp_watch_stop(rp_watch *watch);

#endif
