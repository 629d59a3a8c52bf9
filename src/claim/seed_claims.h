/* seed_claims.h: which seeds a family that is being grown is likely to use up.
 *
 * A growth claims its own seed, and, as its consensus becomes longer, the seeds among the k-mers of that: when it is
 * committed they are used. Who would grow from one of them had better wait for it, and who finds the own seed of an
 * earlier growth in its consensus had better wait for that one: the two are growing one element. Claims save work; they
 * decide nothing. All functions are thread-safe.
 */
#ifndef RP_CLAIM_SEED_CLAIMS_H
#define RP_CLAIM_SEED_CLAIMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rp_seed_claims rp_seed_claims;

rp_seed_claims *rp_seed_claims_create(void) RP_MUST_CHECK; /* NULL: out of memory */
void rp_seed_claims_destroy(rp_seed_claims *claims);       /* NULL is legal */

/* Claims a seed, by id, for the growth from it. One that an earlier growth has stays its. */
void rp_seed_claims_take_own(rp_seed_claims *claims, uint64_t serial, uint32_t id);

/* Claims seeds for a growth: those that nobody has, or only a later one. Without memory for all, some. Whether one is
 * the own seed of an earlier growth; *holder: the serial of one such. */
bool rp_seed_claims_take(rp_seed_claims *claims, uint64_t serial, const uint32_t *ids, size_t n, uint64_t *holder);

/* Whether an earlier growth has the seed; *holder: its serial. */
bool rp_seed_claims_has_earlier(rp_seed_claims *claims, uint64_t serial, uint32_t id, uint64_t *holder);

/* Gives back those that the growth still has. */
void rp_seed_claims_give_back(rp_seed_claims *claims, uint64_t serial, const uint32_t *ids, size_t n);

size_t rp_seed_claims_count(rp_seed_claims *claims); /* that somebody has */

#endif
