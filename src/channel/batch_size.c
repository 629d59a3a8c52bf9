/* batch_size.c: see batch_size.h. */
#include "channel/batch_size.h"

enum { FIRST_SIZE = 16, TAKES_A_STEP = 32 };

static const double WORSE = 0.97; /* of the rate before: less than that is no noise */

void rp_batch_size_init(rp_batch_size *tuned)
{
    *tuned = (rp_batch_size){.size = FIRST_SIZE};
}

void rp_batch_size_observe(rp_batch_size *tuned, unsigned n_batches, uint64_t ns)
{
    tuned->n_takes++;
    tuned->n_batches += n_batches;
    tuned->sum_ns += ns;
    if (tuned->n_takes < TAKES_A_STEP || tuned->sum_ns == 0)
        return;
    const double rate = (double)tuned->n_batches / (double)tuned->sum_ns;
    if (rate < WORSE * tuned->rate_before)
        tuned->shrinking = !tuned->shrinking;
    tuned->rate_before = rate;
    unsigned size = tuned->shrinking ? tuned->size / 2 : tuned->size * 2;
    if (size < RP_BATCH_SIZE_LEAST || size > RP_BATCH_SIZE_MOST) { /* at a bound: back */
        tuned->shrinking = !tuned->shrinking;
        size = tuned->size;
    }
    tuned->size = size;
    tuned->n_takes = 0;
    tuned->n_batches = tuned->sum_ns = 0;
}
