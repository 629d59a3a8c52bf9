/* turns.c: see turns.h. */
#include "genome/turns.h"

#include <stdlib.h>

#include "base/memory.h"

typedef struct sized {
    uint64_t bytes;
    size_t number;
} sized;

static int by_size(const void *a, const void *b)
{
    const sized *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

bool rp_turns_order(const uint64_t *bytes, size_t n, size_t *order)
{
    sized *inputs = rp_alloc(n, sizeof *inputs);
    if (inputs == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        inputs[i] = (sized){bytes[i], i};
    qsort(inputs, n, sizeof *inputs, by_size);
    size_t large = 0, small = 0; /* the next of either */
    while (small < n && inputs[small].bytes > RP_TURNS_SMALL_BYTES)
        small++;
    const size_t n_large = small;
    rp_turns turns = {0};
    for (size_t i = 0; i < n; i++)
        order[i] = inputs[rp_turns_next(&turns, small < n, large < n_large) ? small++ : large++].number;
    free(inputs);
    return true;
}
