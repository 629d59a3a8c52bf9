/* codes.h: a growable sequence of base codes (0-3), such as a consensus. */
#ifndef RP_BASE_CODES_H
#define RP_BASE_CODES_H

#include <stdint.h>

#include "base/memory.h"

RP_ARRAY(rp_codes, uint8_t);

/* to = from. False: out of memory. */
RP_MUST_CHECK static inline bool rp_codes_copy(rp_codes *to, const uint8_t *from, size_t n)
{
    if (!rp_codes_reserve(to, n + 1))
        return false;
    for (size_t i = 0; i < n; i++)
        to->items[i] = from[i];
    to->n = n;
    return true;
}

/* to = the reverse complement of from; the two are different arrays. */
RP_MUST_CHECK static inline bool rp_codes_reverse_complement(rp_codes *to, const uint8_t *from, size_t n)
{
    if (!rp_codes_reserve(to, n + 1))
        return false;
    for (size_t i = 0; i < n; i++)
        to->items[i] = (uint8_t)(3 - from[n - 1 - i]);
    to->n = n;
    return true;
}

#endif
