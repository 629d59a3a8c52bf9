/* turns.h: whose turn it is, where small and large inputs wait: three small ones for each large one. */
#ifndef RP_GENOME_TURNS_H
#define RP_GENOME_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    RP_TURNS_SMALL = 3,                  /* for each large one */
    RP_TURNS_SMALL_BYTES = 8 << 20       /* of files up to which an input is small */
};

/* Zero at the start. Not thread-safe. */
typedef struct rp_turns {
    unsigned n;                          /* turns that both wanted */
} rp_turns;

/* Whether it is a small one's turn; a large one has the first of all. One of them at least waits. */
static inline bool rp_turns_next(rp_turns *turns, bool small_waits, bool large_waits)
{
    return small_waits && (!large_waits || turns->n++ % (RP_TURNS_SMALL + 1) != 0);
}

/* The order in which inputs of these sizes are read: as the turns have it, and the largest first among small ones and
 * among large ones. order: n numbers of inputs. False: out of memory. */
bool rp_turns_order(const uint64_t *bytes, size_t n, size_t *order) RP_MUST_CHECK;

#endif
