/* seed_claims.c: claims on seeds, a table of owners with open addressing; see seed_claims.h. */
#include "claim/seed_claims.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/account.h"
#include "base/memory.h"

enum { LEAST_SLOTS = 1 << 10 };

/* A seed that somebody has; id_plus_one 0: a free slot. */
typedef struct owner {
    uint64_t serial;
    uint32_t id_plus_one;
    bool is_own; /* the owner grows from it */
} owner;

struct rp_seed_claims {
    pthread_mutex_t lock; /* guards what follows */
    owner *slots;
    size_t n_slots, n;    /* n_slots: a power of 2, at least twice n */
    rp_lease lease;
};

rp_seed_claims *rp_seed_claims_create(void)
{
    rp_seed_claims *claims = rp_alloc(1, sizeof *claims);
    if (claims == NULL)
        return NULL;
    claims->n_slots = LEAST_SLOTS;
    claims->slots = rp_alloc(claims->n_slots, sizeof *claims->slots);
    if (claims->slots != NULL && pthread_mutex_init(&claims->lock, NULL) == 0)
        return claims;
    free(claims->slots);
    free(claims);
    return NULL;
}

void rp_seed_claims_destroy(rp_seed_claims *claims)
{
    if (claims == NULL)
        return;
    (void)pthread_mutex_destroy(&claims->lock);
    rp_lease_set(&claims->lease, 0);
    free(claims->slots);
    free(claims);
}

/* --- Under the lock --- */

static size_t home_of(uint32_t id, size_t n_slots)
{
    return (size_t)((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (n_slots - 1);
}

/* The slot of a seed, or the free one where it would go. */
static owner *find(owner *slots, size_t n_slots, uint32_t id)
{
    size_t at = home_of(id, n_slots);
    while (slots[at].id_plus_one != 0 && slots[at].id_plus_one != id + 1)
        at = (at + 1) & (n_slots - 1);
    return &slots[at];
}

static bool make_room(rp_seed_claims *claims)
{
    if (2 * (claims->n + 1) <= claims->n_slots)
        return true;
    const size_t n_slots = 2 * claims->n_slots;
    owner *slots = rp_account_is_short() ? NULL : rp_alloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < claims->n_slots; i++)
        if (claims->slots[i].id_plus_one != 0)
            *find(slots, n_slots, claims->slots[i].id_plus_one - 1) = claims->slots[i];
    free(claims->slots);
    claims->slots = slots;
    claims->n_slots = n_slots;
    rp_lease_set(&claims->lease, n_slots * sizeof *slots);
    return true;
}

/* Who has the seed then; NULL: no memory. */
static const owner *take_one(rp_seed_claims *claims, uint64_t serial, uint32_t id, bool is_own)
{
    if (!make_room(claims))
        return NULL;
    owner *here = find(claims->slots, claims->n_slots, id);
    claims->n += here->id_plus_one == 0;
    if (here->id_plus_one == 0 || here->serial > serial)
        *here = (owner){serial, id + 1, is_own};
    return here;
}

/* Frees a slot; those behind it that would no longer be found move up. */
static void vacate(rp_seed_claims *claims, size_t hole)
{
    owner *slots = claims->slots;
    const size_t mask = claims->n_slots - 1;
    for (size_t at = (hole + 1) & mask; slots[at].id_plus_one != 0; at = (at + 1) & mask) {
        const size_t home = home_of(slots[at].id_plus_one - 1, claims->n_slots);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue; /* its home is behind the hole */
        slots[hole] = slots[at];
        hole = at;
    }
    slots[hole] = (owner){0};
    claims->n--;
}

/* --- For all --- */

void rp_seed_claims_take_own(rp_seed_claims *claims, uint64_t serial, uint32_t id)
{
    (void)pthread_mutex_lock(&claims->lock);
    (void)take_one(claims, serial, id, true);
    (void)pthread_mutex_unlock(&claims->lock);
}

bool rp_seed_claims_take(rp_seed_claims *claims, uint64_t serial, const uint32_t *ids, size_t n, uint64_t *holder)
{
    bool meets_earlier = false;
    (void)pthread_mutex_lock(&claims->lock);
    for (size_t i = 0; i < n; i++) {
        const owner *who = take_one(claims, serial, ids[i], false);
        if (who == NULL)
            break;
        if (who->serial >= serial || !who->is_own)
            continue;
        meets_earlier = true;
        *holder = who->serial;
    }
    (void)pthread_mutex_unlock(&claims->lock);
    return meets_earlier;
}

bool rp_seed_claims_has_earlier(rp_seed_claims *claims, uint64_t serial, uint32_t id, uint64_t *holder)
{
    (void)pthread_mutex_lock(&claims->lock);
    const owner *here = find(claims->slots, claims->n_slots, id);
    const bool has = here->id_plus_one != 0 && here->serial < serial;
    if (has)
        *holder = here->serial;
    (void)pthread_mutex_unlock(&claims->lock);
    return has;
}

void rp_seed_claims_give_back(rp_seed_claims *claims, uint64_t serial, const uint32_t *ids, size_t n)
{
    (void)pthread_mutex_lock(&claims->lock);
    for (size_t i = 0; i < n; i++) {
        const owner *here = find(claims->slots, claims->n_slots, ids[i]);
        if (here->id_plus_one != 0 && here->serial == serial)
            vacate(claims, (size_t)(here - claims->slots));
    }
    (void)pthread_mutex_unlock(&claims->lock);
}

size_t rp_seed_claims_count(rp_seed_claims *claims)
{
    (void)pthread_mutex_lock(&claims->lock);
    const size_t n = claims->n;
    (void)pthread_mutex_unlock(&claims->lock);
    return n;
}
