/* sort.c: least-significant-digit radix sort; see sort.h. */
#include "base/sort.h"

#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, INSERTION_LIMIT = 48 };

static void insertion_sort(uint64_t *keys, size_t n, unsigned low_bit, uint64_t mask)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t key = keys[i];
        const uint64_t value = key >> low_bit & mask;
        size_t j = i;
        for (; j > 0 && (keys[j - 1] >> low_bit & mask) > value; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

void rp_sort_u64(uint64_t *keys, uint64_t *spare, size_t n, unsigned low_bit, unsigned high_bit)
{
    const unsigned bits = high_bit - low_bit;
    if (n < 2 || bits == 0)
        return;
    if (n <= INSERTION_LIMIT) {
        insertion_sort(keys, n, low_bit, bits >= 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1);
        return;
    }
    uint64_t *from = keys, *to = spare;
    for (unsigned shift = low_bit; shift < high_bit; shift += DIGIT_BITS) {
        const unsigned width = high_bit - shift < DIGIT_BITS ? high_bit - shift : DIGIT_BITS;
        const uint64_t mask = ((uint64_t)1 << width) - 1;
        size_t count[DIGITS] = {0};
        for (size_t i = 0; i < n; i++)
            count[from[i] >> shift & mask]++;
        if (count[from[0] >> shift & mask] == n)
            continue; /* all alike in this digit */
        size_t sum = 0;
        for (size_t digit = 0; digit <= mask; digit++) {
            const size_t here = count[digit];
            count[digit] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            to[count[from[i] >> shift & mask]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, n * sizeof *keys);
}
