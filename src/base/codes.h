/* codes.h: a growable sequence of base codes, such as a consensus: A 0, C 1, G 2, T 3. */
#ifndef RP_BASE_CODES_H
#define RP_BASE_CODES_H

#include <stdint.h>

#include "base/memory.h"

RP_ARRAY(rp_codes, uint8_t);

/* An N of a consensus that was read from a file: matches nothing, not even the genome's N. */
enum { RP_CODE_UNKNOWN = 6 };

static inline uint8_t rp_code_complement(uint8_t code)
{
    return code < 4 ? (uint8_t)(3 - code) : code;
}

/* The letter of a code: A, C, G, T or N. */
static inline char rp_code_letter(uint8_t code)
{
    return code < 4 ? "ACGT"[code] : 'N';
}

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
        to->items[i] = rp_code_complement(from[n - 1 - i]);
    to->n = n;
    return true;
}

#endif
