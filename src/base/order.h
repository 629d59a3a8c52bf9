/* order.h: results come in any order and are committed in the order of their serials.
 *
 * There is one committer at a time: the thread that brings the result which is due takes
 * the part, commits it and all that follow without a gap, and goes back to its work. No
 * thread waits for the committer. A result that was made on a state that has changed since
 * is made again by the committer itself, at its place in the order.
 */
#ifndef RP_BASE_ORDER_H
#define RP_BASE_ORDER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Commits one result, made again if it no longer stands. `worker` is that of the thread
 * which brought the result that was due. Called by one thread at a time, serial by serial. */
typedef bool rp_commit_function(void *context, uint64_t serial, void *result, unsigned worker, rp_error *error);

typedef struct rp_order {
    pthread_mutex_t lock;      /* guards what follows; the owner may guard more with it */
    pthread_cond_t progress;   /* broadcast when `next` has moved or `failed` is set */
    void **results;            /* by serial modulo window; NULL: not there yet */
    uint64_t window, next;     /* next: the serial that is due */
    bool committing, failed;
    rp_error error;            /* of the first failure */
    rp_commit_function *commit;
    void *context;
} rp_order;

bool rp_order_init(rp_order *order, uint64_t window, rp_commit_function *commit, void *context) RP_MUST_CHECK;
void rp_order_clear(rp_order *order);

/* Hands in a result (not NULL) of a serial in [next, next + window). Not under the lock. */
void rp_order_post(rp_order *order, uint64_t serial, void *result, unsigned worker);

/* Ends everything: waiters are woken and see `failed`. Not under the lock. */
void rp_order_fail(rp_order *order, const rp_error *error);

#endif
