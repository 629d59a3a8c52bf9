/* scheduler.h: runs a concurrent scenario under every schedule, one after the other.
 *
 * The program is linked with --wrap for the functions of pthreads that it uses: threads become
 * coroutines of one thread, and at each of these calls the scheduler decides who goes on. A run is a
 * sequence of decisions; the next run changes the last one that has an alternative left, so that all
 * schedules are tried (Godefroid 1997; the bound on preemptions is that of Musuvathi and Qadeer 2007).
 * What lies between two calls is one step: races are for the thread sanitizer.
 */
#ifndef RP_TESTS_SCHEDULER_H
#define RP_TESTS_SCHEDULER_H

#include <stdbool.h>

typedef struct schedules {
    const char *name;
    void (*scenario)(void *context); /* runs as the first thread; calls fail() when something is wrong */
    void *context;
    int max_preemptions;             /* switches away from a thread that could go on; negative: no bound */
    long most;                       /* schedules to try at most; 0: all. Beyond, it is no proof */
    unsigned long seed;              /* not 0: `most` schedules at random instead */
} schedules;

/* Tries the schedules; prints how many, whether these are all, and the first failure with its schedule. True: none. */
bool try_schedules(const schedules *what);

/* For scenarios. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void schedule_point(void);           /* here another thread may go on */

#endif
