/* vote.h: the majority consensus of a family's copies. */
#ifndef RP_FAMILY_VOTE_H
#define RP_FAMILY_VOTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/codes.h"
#include "family/recruit.h"

typedef struct rp_voter rp_voter;

rp_voter *rp_voter_create(void) RP_MUST_CHECK; /* NULL: out of memory. One for each thread. */
void rp_voter_destroy(rp_voter *voter);

/* Replaces the consensus by the majority of its best copies, column by column, with at
 * least RP_VOTE_DEPTH copies over each stretch of RP_VOTE_BIN_BP where there are so many,
 * and carries the copies' consensus coordinates over. The copies are fresh from rp_recruit
 * (their anchors are not carried: they can be traced no more). Nothing is inserted beyond
 * RP_CONSENSUS_MAX_BP. False: out of memory. */
enum { RP_VOTE_DEPTH = 96, RP_VOTE_BIN_BP = 32 }; /* without a vote 14 % of the families are lost */
bool rp_vote(rp_voter *voter, rp_recruiter *recruiter, const rp_view *view, rp_codes *consensus,
             rp_copies *copies) RP_MUST_CHECK;

#endif
