/* cancel.c: see cancel.h. */
#include "base/cancel.h"

#include <stdatomic.h>
#include <string.h>

static atomic_int number; /* relaxed: a late look costs a piece of work */

void rp_cancel(int signal_number)
{
    int none = 0;
    (void)atomic_compare_exchange_strong_explicit(&number, &none, signal_number, memory_order_relaxed, memory_order_relaxed);
}

int rp_cancelled(void)
{
    return atomic_load_explicit(&number, memory_order_relaxed);
}

bool rp_not_cancelled(rp_error *error)
{
    const int signal_number = rp_cancelled();
    return signal_number == 0 || rp_error_set(error, "ended by signal %d (%s)", signal_number, strsignal(signal_number));
}

void rp_cancel_reset(void)
{
    atomic_store_explicit(&number, 0, memory_order_relaxed);
}
