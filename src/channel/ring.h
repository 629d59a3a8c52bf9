/* ring.h: the bounded channel of candidate batches between the producer and the workers.
 *
 * What goes through it are the heads of batches: places are looked up by who takes them.
 * Capacity is counted in candidate pairs. Above the backpressure mark a push is slowed
 * down, at capacity it waits; a batch larger than the whole capacity passes when the
 * channel is empty. Batches come out in the order they went in. All functions are
 * thread-safe.
 */
#ifndef RP_CHANNEL_RING_H
#define RP_CHANNEL_RING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "produce/batch.h"

typedef struct rp_ring rp_ring;

typedef enum rp_ring_status {
    RP_RING_OK,
    RP_RING_CLOSED,    /* push: nothing more is taken; pop: closed and empty */
    RP_RING_CANCELLED, /* what was in the channel is gone */
    RP_RING_EMPTY,     /* pop: nothing there at present */
    RP_RING_AHEAD,     /* pop: the first batch is not below the limit */
    RP_RING_FULL       /* try_push: above the backpressure mark or without room at present */
} rp_ring_status;

typedef struct rp_ring_figures {
    uint64_t n_batches, n_pairs;     /* that went through */
    uint64_t max_pairs;              /* most at one time */
    uint64_t push_blocked_ns, pop_blocked_ns;
    uint64_t n_slowed;               /* pushes above the backpressure mark */
} rp_ring_figures;

/* capacity_pairs >= 1; backpressure in (0, 1]. NULL: out of memory. */
rp_ring *rp_ring_create(uint64_t capacity_pairs, double backpressure) RP_MUST_CHECK;
void rp_ring_destroy(rp_ring *ring);

/* Copies the batch in; only with OK it will come out. push waits for room; try_push does not, and takes the first
 * *n_pushed of several, FULL: none (a caller that holds a CPU token gives it back before it waits). */
rp_ring_status rp_ring_push(rp_ring *ring, const rp_batch_head *batch) RP_MUST_CHECK;
rp_ring_status rp_ring_try_push(rp_ring *ring, const rp_batch_head *batches, size_t n, size_t *n_pushed) RP_MUST_CHECK;

/* A push wakes two of those who wait, and a pop two more while there are batches for them.
 *
 * Copies up to max_batches out whose serials are below the limit; *n of them (0 unless OK). Does not wait. */
rp_ring_status rp_ring_try_pop(rp_ring *ring, uint64_t below_serial, rp_batch_head *batches, size_t max_batches,
                               size_t *n) RP_MUST_CHECK;

/* Waits until there is a batch, the channel is closed or cancelled, or there have been more than n_wakes wakes: calls
 * of rp_ring_wake, and those of a push or a pop. Takes nothing. Who asks for the number before it looks for work misses
 * no wake between its look and its wait. */
void rp_ring_wait(rp_ring *ring, uint64_t n_wakes);
/* The same for who has seen that what is in the channel is ahead of what it may take: waits for a wake, or until it is
 * cancelled. */
void rp_ring_wait_ahead(rp_ring *ring, uint64_t n_wakes);
uint64_t rp_ring_n_wakes(const rp_ring *ring);

void rp_ring_close(rp_ring *ring);  /* no more pushes; what is there can be popped */
void rp_ring_cancel(rp_ring *ring); /* push and pop return CANCELLED from now on */
void rp_ring_wake(rp_ring *ring, size_t n); /* there is other work for n of those who wait; SIZE_MAX: for all */
/* Batches whose serials are below the limit may be taken now: wakes two of those who wait for that, if any do. */
void rp_ring_wake_ahead(rp_ring *ring, uint64_t below_serial);

rp_ring_figures rp_ring_measure(rp_ring *ring);

#endif
