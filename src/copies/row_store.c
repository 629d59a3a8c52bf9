/* row_store.c: packed steps in one block; see row_store.h. */
#include "copies/row_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/block.h"

enum { VARINT_BITS = 7, VARINT_MORE = 1 << VARINT_BITS, KIND_BITS = 2 };

struct rp_row_store {
    pthread_mutex_t lock; /* guards the rest while rows are added */
    rp_block block;
    size_t n;             /* bytes in use; path p begins at byte p - 1 */
};

rp_row_store *rp_row_store_create(void)
{
    rp_row_store *store = rp_alloc(1, sizeof *store);
    if (store != NULL && pthread_mutex_init(&store->lock, NULL) != 0) {
        free(store);
        store = NULL;
    }
    return store;
}

void rp_row_store_destroy(rp_row_store *store)
{
    if (store == NULL)
        return;
    rp_block_free(&store->block);
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
}

/* Seven bits a byte, the lowest first; the highest bit of a byte: more follow. */
static bool put(rp_codes *packed, uint32_t number)
{
    for (; number >= VARINT_MORE; number >>= VARINT_BITS)
        if (!rp_codes_push(packed, (uint8_t)(VARINT_MORE | (number & (VARINT_MORE - 1)))))
            return false;
    return rp_codes_push(packed, (uint8_t)number);
}

static uint32_t take(const uint8_t **at)
{
    uint32_t number = 0;
    unsigned shift = 0;
    for (; **at >= VARINT_MORE; shift += VARINT_BITS)
        number |= (uint32_t)(*(*at)++ & (VARINT_MORE - 1)) << shift;
    return number | (uint32_t) * (*at)++ << shift;
}

bool rp_steps_pack(const rp_steps steps[2], rp_codes *packed)
{
    bool ok = true;
    for (int side = 0; side < 2; side++) {
        ok = ok && put(packed, (uint32_t)steps[side].n);
        for (size_t i = 0; ok && i < steps[side].n; i++)
            ok = put(packed, (uint32_t)steps[side].items[i].length << KIND_BITS | steps[side].items[i].kind);
    }
    return ok;
}

bool rp_row_store_add(rp_row_store *store, const uint8_t *packed, size_t n, uint64_t *first, rp_error *error)
{
    (void)pthread_mutex_lock(&store->lock);
    const size_t wanted = store->n + n;
    const bool ok =
        wanted <= store->block.bytes || rp_block_resize(&store->block, wanted + wanted / 4, "aligned rows", error);
    if (ok && n > 0)
        memcpy((uint8_t *)store->block.data + store->n, packed, n);
    if (ok) {
        *first = store->n + 1;
        store->n = wanted;
    }
    (void)pthread_mutex_unlock(&store->lock);
    return ok;
}

bool rp_row_store_read(const rp_row_store *store, uint64_t path, rp_steps steps[2])
{
    const uint8_t *at = (const uint8_t *)store->block.data + path - 1;
    for (int side = 0; side < 2; side++) {
        const uint32_t n = take(&at);
        if (!rp_steps_reserve(&steps[side], n))
            return false;
        for (steps[side].n = 0; steps[side].n < n; steps[side].n++) {
            const uint32_t number = take(&at);
            steps[side].items[steps[side].n] =
                (rp_step){.kind = number & ((1u << KIND_BITS) - 1), .length = number >> KIND_BITS};
        }
    }
    return true;
}
