/* order.h: results come in any order and are committed in the order of their serials.
 *
 * There is one committer at a time: the thread that brings the result which is due takes
 * the part, commits it and all that follow without a gap, and goes back to its work. No
 * thread waits for the committer. A result that was made on a state that has changed since
 * is made again by the committer itself, at its place in the order; or before that, by who takes it back until its
 * turn, if it was posted as one that may be.
 *
 * Results are the caller's: the order hands each one to the commit function once, and frees none.
 * Those that were posted but never committed, because the order has failed, are the caller's to free
 * when its threads have ended. All functions but create and destroy are thread-safe.
 */
#ifndef RP_BASE_ORDER_H
#define RP_BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Commits one result, made again if it no longer stands. `worker` is that of the thread
 * which brought the result that was due. Called by one thread at a time, serial by serial, under no lock. */
typedef bool rp_commit_function(void *context, uint64_t serial, void *result, unsigned worker, rp_error *error);

typedef struct rp_order rp_order;

/* window: how far ahead of the serial that is due others may be posted. NULL: out of memory. */
rp_order *rp_order_create(uint64_t window, rp_commit_function *commit, void *context) RP_MUST_CHECK;
void rp_order_destroy(rp_order *order); /* no thread may use it any more */

/* Hands in a result (not NULL) of a serial in [next, next + window); commits what is due, unless another thread
 * is at it. After a failure nothing is committed. Returns the serial that is due when it has committed any, else 0. */
uint64_t rp_order_post(rp_order *order, uint64_t serial, void *result, unsigned worker);

/* The same for several at once. */
typedef struct rp_posted {
    uint64_t serial;
    void *result;
} rp_posted;
uint64_t rp_order_post_all(rp_order *order, const rp_posted *posted, size_t n, unsigned worker);

/* Hands in one that may be taken back until its turn; it stands on this version of what results are made on. Such a
 * result is committed by itself: those behind it may be taken back meanwhile. */
uint64_t rp_order_post_for_now(rp_order *order, uint64_t serial, void *result, uint32_t version, unsigned worker);

/* Takes the first of these back that stands on an earlier version than this; *serial: its serial. It must be posted
 * again, in any manner, whatever becomes of it; until then it is as if it had never been. NULL: none. */
void *rp_order_take_back(rp_order *order, uint32_t version, uint64_t *serial);

/* The serial that is due: all below it are committed. It only grows. */
uint64_t rp_order_next(rp_order *order);

/* Waits until all serials below `until` are committed; it may hear of a row of commits when all of them are done, of
 * one that could have been taken back at once.
 * False: the order has failed. */
bool rp_order_wait(rp_order *order, uint64_t until) RP_MUST_CHECK;

/* The same, but it waits no longer than until somebody calls; n_calls: how many had been counted before the caller last
 * looked for what else it may do. A call wakes one of those that wait. */
bool rp_order_wait_or_call(rp_order *order, uint64_t until, uint64_t n_calls) RP_MUST_CHECK;
void rp_order_call(rp_order *order);
uint64_t rp_order_n_calls(const rp_order *order);

/* Ends everything: waiters are woken. The first error stays. */
void rp_order_fail(rp_order *order, const rp_error *error);

/* Whether it has failed, here or by a commit; then the first error is set, unless `error` is NULL. */
bool rp_order_failed(rp_order *order, rp_error *error);

#endif
