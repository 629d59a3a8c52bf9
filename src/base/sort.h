/* sort.h: stable radix sort of 64-bit keys. */
#ifndef RP_BASE_SORT_H
#define RP_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts n keys by their bits [low_bit, high_bit), stably; `spare` holds n keys
 * of scratch. The result is in `keys`. Thread-safe. */
void rp_sort_u64(uint64_t *keys, uint64_t *spare, size_t n, unsigned low_bit, unsigned high_bit);

#endif
