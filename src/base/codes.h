/* codes.h: a growable sequence of codes (base/alphabet.h), such as a consensus. */
#ifndef RP_BASE_CODES_H
#define RP_BASE_CODES_H

#include <stdint.h>
#include <string.h>

#include "base/alphabet.h"
#include "base/memory.h"

RP_ARRAY(rp_codes, uint8_t);

/* Appends n codes. They may be some of the same sequence where that has room for n more. False: out of memory. */
RP_MUST_CHECK static inline bool rp_codes_append(rp_codes *to, const uint8_t *from, size_t n)
{
    if (!rp_codes_reserve(to, to->n + n))
        return false;
    if (n > 0)
        memcpy(to->items + to->n, from, n);
    to->n += n;
    return true;
}

/* Appends the reverse complement of n codes; all else as rp_codes_append. */
RP_MUST_CHECK static inline bool rp_codes_append_turned(rp_codes *to, const uint8_t *from, size_t n)
{
    if (!rp_codes_reserve(to, to->n + n))
        return false;
    for (size_t i = 0; i < n; i++)
        to->items[to->n + i] = rp_code_complement(from[n - 1 - i]);
    to->n += n;
    return true;
}

/* to = from. The two are different arrays. False: out of memory. */
RP_MUST_CHECK static inline bool rp_codes_copy(rp_codes *to, const uint8_t *from, size_t n)
{
    if (!rp_codes_reserve(to, n + 1))
        return false;
    to->n = 0;
    return rp_codes_append(to, from, n);
}

/* to = the reverse complement of from. The two are different arrays. False: out of memory. */
RP_MUST_CHECK static inline bool rp_codes_reverse_complement(rp_codes *to, const uint8_t *from, size_t n)
{
    if (!rp_codes_reserve(to, n + 1))
        return false;
    to->n = 0;
    return rp_codes_append_turned(to, from, n);
}

#endif
