/* batch_size.h: how many batches a worker takes at once, found while it works.
 *
 * Climbs towards more batches a second: the size is doubled or halved, goes on in a direction
 * while that pays and turns when it does not, between bounds. It has no effect on results. For
 * one thread.
 */
#ifndef RP_CHANNEL_BATCH_SIZE_H
#define RP_CHANNEL_BATCH_SIZE_H

#include <stdbool.h>
#include <stdint.h>

enum { RP_BATCH_SIZE_LEAST = 2, RP_BATCH_SIZE_MOST = 64 };

typedef struct rp_batch_size {
    unsigned size;
    bool shrinking;
    unsigned n_takes;             /* since the size was last changed */
    uint64_t n_batches, sum_ns;   /* in these takes */
    double rate_before;           /* batches a nanosecond with the size before; 0: none yet */
} rp_batch_size;

void rp_batch_size_init(rp_batch_size *tuned);

/* Tells that n batches took so long. */
void rp_batch_size_observe(rp_batch_size *tuned, unsigned n_batches, uint64_t ns);

#endif
