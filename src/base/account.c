/* account.c: the memory account; see account.h. */
#include "base/account.h"

#include <stdatomic.h>

#include "base/most.h"

/* Relaxed: the numbers stand for themselves, nothing is published by them. */
static _Atomic uint64_t limit, reserve, unleased, taken, most;

void rp_account_set_limit(uint64_t bytes)
{
    atomic_store_explicit(&limit, bytes, memory_order_relaxed);
}

uint64_t rp_account_limit(void)
{
    return atomic_load_explicit(&limit, memory_order_relaxed);
}

void rp_account_set_reserve(uint64_t bytes)
{
    atomic_store_explicit(&reserve, bytes, memory_order_relaxed);
}

void rp_account_note_unleased(uint64_t bytes)
{
    atomic_store_explicit(&unleased, bytes, memory_order_relaxed);
}

/* What may be taken in all; UINT64_MAX: any. */
static uint64_t bound_now(void)
{
    const uint64_t all = rp_account_limit();
    /* the reserve is for things that are not leased too */
    const uint64_t seen = atomic_load_explicit(&unleased, memory_order_relaxed),
                   planned = atomic_load_explicit(&reserve, memory_order_relaxed);
    const uint64_t kept = seen > planned ? seen : planned;
    return all == 0 ? UINT64_MAX : all > kept ? all - kept : 0;
}

bool rp_account_take(uint64_t bytes)
{
    const uint64_t bound = bound_now();
    uint64_t before = atomic_load_explicit(&taken, memory_order_relaxed);
    do {
        if (before > bound || bytes > bound - before)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&taken, &before, before + bytes, memory_order_relaxed,
                                                    memory_order_relaxed));
    rp_note_most(&most, before + bytes);
    return true;
}

void rp_account_take_anyway(uint64_t bytes)
{
    rp_note_most(&most, atomic_fetch_add_explicit(&taken, bytes, memory_order_relaxed) + bytes);
}

void rp_account_give(uint64_t bytes)
{
    (void)atomic_fetch_sub_explicit(&taken, bytes, memory_order_relaxed);
}

void rp_lease_set(rp_lease *lease, uint64_t bytes)
{
    if (bytes > lease->bytes)
        rp_account_take_anyway(bytes - lease->bytes);
    else
        rp_account_give(lease->bytes - bytes);
    lease->bytes = bytes;
}

bool rp_account_is_short(void)
{
    const uint64_t all = rp_account_limit(),
                   used = rp_account_taken() + atomic_load_explicit(&unleased, memory_order_relaxed);
    return all != 0 && used + atomic_load_explicit(&reserve, memory_order_relaxed) / 2 > all;
}

uint64_t rp_account_taken(void)
{
    return atomic_load_explicit(&taken, memory_order_relaxed);
}

uint64_t rp_account_most(void)
{
    return atomic_load_explicit(&most, memory_order_relaxed);
}

uint64_t rp_account_left(void)
{
    const uint64_t bound = bound_now(), now = rp_account_taken();
    return bound == UINT64_MAX ? UINT64_MAX : bound > now ? bound - now : 0;
}

uint64_t rp_account_free(void)
{
    const uint64_t all = rp_account_limit(),
                   used = rp_account_taken() + atomic_load_explicit(&unleased, memory_order_relaxed);
    return all == 0 ? UINT64_MAX : all > used ? all - used : 0;
}
