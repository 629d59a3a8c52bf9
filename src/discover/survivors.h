/* survivors.h: seeds that passed the prescreen and wait for a worker or for their claim, by serial. Thread-safe. */
#ifndef RP_DISCOVER_SURVIVORS_H
#define RP_DISCOVER_SURVIVORS_H

#include <stdint.h>

#include "base/error.h"

typedef struct rp_survivors rp_survivors;

typedef struct rp_survivor {
    uint64_t serial;
    uint32_t seed_id, floor;
    uint64_t round;          /* in which it was last taken; RP_SURVIVOR_FRESH: never */
} rp_survivor;

#define RP_SURVIVOR_FRESH UINT64_MAX

/* NULL: out of memory. */
rp_survivors *rp_survivors_create(void) RP_MUST_CHECK;
void rp_survivors_destroy(rp_survivors *survivors); /* no thread may use them any more */

/* Puts a fresh one in, or one back whose claim is taken, as it was taken. False: out of memory. */
bool rp_survivors_put(rp_survivors *survivors, rp_survivor one) RP_MUST_CHECK;

/* Takes the first one of serial `due` or not yet taken in this round. False: none. */
bool rp_survivors_take(rp_survivors *survivors, uint64_t due, rp_survivor *taken) RP_MUST_CHECK;

/* Begins another round: a claim has been given back, all may try again. */
void rp_survivors_retry(rp_survivors *survivors);

bool rp_survivors_is_empty(rp_survivors *survivors);

#endif
