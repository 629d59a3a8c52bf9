/* survivors.h: seeds that passed the prescreen and wait for a worker, or for somebody's claim. Thread-safe.
 *
 * Those that wait for a worker come out by their serials. One whose claim is taken waits for the holder of what it
 * wants, who is known by the slot of its serial: when that gives back its claim, it may be taken again. So one is
 * tried once for each holder in its way, not after each commit.
 */
#ifndef RP_DISCOVER_SURVIVORS_H
#define RP_DISCOVER_SURVIVORS_H

#include <stdint.h>

#include "base/error.h"

typedef struct rp_survivors rp_survivors;

typedef struct rp_survivor {
    uint64_t serial;
    uint32_t seed_id, floor;
    uint32_t version;        /* of the cover under which it passed the prescreen */
} rp_survivor;

/* window: all serials in it at one time are less than this apart; a serial's slot is its rest by it. NULL: out of
 * memory. */
rp_survivors *rp_survivors_create(uint32_t window) RP_MUST_CHECK;
void rp_survivors_destroy(rp_survivors *survivors); /* no thread may use them any more */

/* Puts one in that waits for a worker. */
void rp_survivors_put(rp_survivors *survivors, rp_survivor one);

/* Puts one back whose claim is held by the one in this slot; it waits for a worker where that holds nothing any more,
 * or does not say so yet. */
void rp_survivors_park(rp_survivors *survivors, rp_survivor one, uint32_t holder_slot);

/* Puts one back until any claim is given back. */
void rp_survivors_park_for_any(rp_survivors *survivors, rp_survivor one);

/* Takes the one of serial `due`, whatever it waits for, or else the first that waits for a worker. False: none. */
bool rp_survivors_take(rp_survivors *survivors, uint64_t due, rp_survivor *taken);

/* The one in this slot holds a claim; it has given it back: how many wait for a worker now that did not. */
void rp_survivors_hold(rp_survivors *survivors, uint32_t slot);
uint32_t rp_survivors_release(rp_survivors *survivors, uint32_t slot);

bool rp_survivors_is_empty(rp_survivors *survivors);

#endif
