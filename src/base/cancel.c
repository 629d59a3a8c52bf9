/* cancel.c: see cancel.h. */
#include "base/cancel.h"

#include <stdatomic.h>
#include <stdbool.h>

static atomic_int number; /* relaxed: a late look costs a piece of work */
static _Atomic uint64_t memory_used, memory_allowed; /* set before the number; relaxed: for the message only */

void rp_cancel(int signal_number)
{
    int none = 0;
    (void)atomic_compare_exchange_strong_explicit(&number, &none, signal_number, memory_order_relaxed,
                                                  memory_order_relaxed);
}

void rp_cancel_memory(uint64_t used_bytes, uint64_t allowed_bytes)
{
    atomic_store_explicit(&memory_used, used_bytes, memory_order_relaxed);
    atomic_store_explicit(&memory_allowed, allowed_bytes, memory_order_relaxed);
    rp_cancel(RP_CANCEL_MEMORY);
}

int rp_cancelled(void)
{
    return atomic_load_explicit(&number, memory_order_relaxed);
}

void rp_cancel_figures(uint64_t *used_bytes, uint64_t *allowed_bytes)
{
    *used_bytes = atomic_load_explicit(&memory_used, memory_order_relaxed);
    *allowed_bytes = atomic_load_explicit(&memory_allowed, memory_order_relaxed);
}

void rp_cancel_reset(void)
{
    atomic_store_explicit(&number, 0, memory_order_relaxed);
}
