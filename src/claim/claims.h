/* claims.h: which stretches of the genome a worker is at work on.
 *
 * Claims save work: two workers do not grow the same element at once. They do not decide
 * a result. A claim is taken whole or not at all and is given back by its guard. Who is refused is told whose claim is
 * in the way, so that it can wait for that one.
 */
#ifndef RP_CLAIM_CLAIMS_H
#define RP_CLAIM_CLAIMS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "genome/view.h"

enum { RP_CLAIM_BLOCK_BP = 256 };

typedef struct rp_claims {
    _Atomic uint32_t *owners; /* of each block; 0: nobody. Acquired with acq_rel, given back with release */
    uint64_t n_blocks;
} rp_claims;

/* What one worker holds. Zeroed: nothing. */
typedef struct rp_claim_guard {
    rp_intervals blocks;      /* half-open block ranges, disjoint */
    bool held;
    uint32_t taken_by;        /* whose claim was in the way of the last one that was refused */
} rp_claim_guard;

bool rp_claims_init(rp_claims *claims, uint64_t length_bp) RP_MUST_CHECK;
void rp_claims_clear(rp_claims *claims);

typedef enum rp_claim_status { RP_CLAIM_HELD, RP_CLAIM_TAKEN, RP_CLAIM_NO_MEMORY } rp_claim_status;

/* Claims all blocks that the intervals (genome positions) touch for an owner (not 0), or none. The guard must
 * hold nothing; its memory is reused. TAKEN: somebody has one of them, nothing is held. */
rp_claim_status rp_claims_take(rp_claims *claims, const rp_interval *intervals, size_t n, uint32_t owner,
                               rp_claim_guard *guard) RP_MUST_CHECK;

/* Gives back what the guard holds, if anything. */
void rp_claims_give_back(rp_claims *claims, rp_claim_guard *guard);
void rp_claim_guard_clear(rp_claim_guard *guard); /* frees its memory; it must hold nothing */

/* Blocks that are claimed at present. */
uint64_t rp_claims_count(const rp_claims *claims);

#endif
