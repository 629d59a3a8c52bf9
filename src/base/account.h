/* account.h: what the large blocks of this process take, against a limit.
 *
 * Genome, masks, index, sort buffers, channel and the arrays of alignments are leased here; small
 * and short-lived memory is not: what it comes to is seen from outside and noted here, so that what can be spilled
 * gives way to it. There is one account, as there is one process. Thread-safe.
 */
#ifndef RP_BASE_ACCOUNT_H
#define RP_BASE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

void rp_account_set_limit(uint64_t bytes); /* 0: none, which is how it begins */
uint64_t rp_account_limit(void);

/* What the process is seen to take beyond its leases and what its plan sets aside for the rest: rp_account_take leaves
 * it, too. */
void rp_account_note_unleased(uint64_t bytes);

/* What rp_account_take must leave for those who take anyway. */
void rp_account_set_reserve(uint64_t bytes);

/* Takes a lease. False: it would go over the limit less the reserve, and nothing is taken. */
bool rp_account_take(uint64_t bytes) RP_MUST_CHECK;

/* Takes a lease for what must be had, limit or not: the plan of the run has counted it. */
void rp_account_take_anyway(uint64_t bytes);

void rp_account_give(uint64_t bytes);

/* A lease that follows the size of an array: takes or gives the difference to what it was. Zeroed at the start; set to
 * 0 when the array is freed. */
typedef struct rp_lease {
    uint64_t bytes;
} rp_lease;

void rp_lease_set(rp_lease *lease, uint64_t bytes);

/* Whether half of the reserve is used up, by leases or by what is not leased: who would work ahead for others to wait
 * with the result had better not. */
bool rp_account_is_short(void);

uint64_t rp_account_taken(void);
uint64_t rp_account_most(void); /* most at one time */

/* What rp_account_take would still give; UINT64_MAX without a limit. */
uint64_t rp_account_left(void);

/* What nobody has, the reserve with it: for what is given back before those come whom the reserve is for. UINT64_MAX
 * without a limit. */
uint64_t rp_account_free(void);

#endif
