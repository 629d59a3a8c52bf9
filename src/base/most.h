/* most.h: the highest value that several threads have seen. */
#ifndef RP_BASE_MOST_H
#define RP_BASE_MOST_H

#include <stdatomic.h>
#include <stdint.h>

/* Raises *most to the value, if it is less. Relaxed: the number stands for itself. */
static inline void rp_note_most(_Atomic uint64_t *most, uint64_t value)
{
    uint64_t before = atomic_load_explicit(most, memory_order_relaxed);
    while (before < value &&
           !atomic_compare_exchange_weak_explicit(most, &before, value, memory_order_relaxed, memory_order_relaxed))
        ;
}

#endif
