/* dispatcher.h: one device's thread. It puts what callers wait for into launches, keeps two of them in flight, and
 * hands the results back. Within device/ only.
 */
#ifndef RP_DEVICE_DISPATCHER_H
#define RP_DEVICE_DISPATCHER_H

#include <pthread.h>

#include "device/launch.h"
#include "device/session.h"

enum { RP_LAUNCHES = 2 };          /* in flight */

typedef struct rp_dispatcher {
    rp_session session;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;          /* guards the requests in the queue and in launches, and: */
    rp_request *first, *last;      /* the queue: waiting, not yet all in launches */
    bool ending;
    rp_engine_figures figures;
    pthread_cond_t asked;          /* there is a request, or it ends */
    pthread_cond_t answered;       /* a request is done, or has failed */
    /* The thread's own: */
    rp_launch launches[RP_LAUNCHES];
    unsigned oldest, n_busy;       /* launches in flight, from `oldest` on */
    size_t launch_size;            /* extensions in a launch, as tuned */
    uint64_t busy_until_ns;
} rp_dispatcher;

/* The number-th of an engine; see rp_session_init. False: no lock. */
bool rp_dispatcher_init(rp_dispatcher *dispatcher, unsigned number, const rp_device *device, const rp_genome *genome,
                        const rp_engine_parameters *parameters) RP_MUST_CHECK;

/* Opens the session and starts the thread. False: the device is retired. */
bool rp_dispatcher_start(rp_dispatcher *dispatcher) RP_MUST_CHECK;

/* The same extensions on the device and on the CPU; retires a device that answers otherwise (self_test.c). */
void rp_dispatcher_test(rp_dispatcher *dispatcher, const rp_band_kernel *kernel);

/* Hands the request over and waits for its end; a token that the caller holds is lent out meanwhile. False: to be done
 * on the CPU, as the device is retired or, for who does not insist, busy. For any thread. */
bool rp_dispatcher_ask(rp_dispatcher *dispatcher, rp_request *mine, bool insists) RP_MUST_CHECK;

/* For any thread. */
rp_engine_figures rp_dispatcher_measure(rp_dispatcher *dispatcher);

/* Ends the thread, releases the device. Nobody may be waiting. */
void rp_dispatcher_end(rp_dispatcher *dispatcher);

#endif
