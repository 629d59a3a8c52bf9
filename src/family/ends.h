/* ends.h: puts the ends of a consensus where its copies stop to agree. */
#ifndef RP_FAMILY_ENDS_H
#define RP_FAMILY_ENDS_H

#include "base/codes.h"
#include "base/error.h"
#include "family/recruit.h"
#include "genome/view.h"

/* Moves each end of the consensus to the place that makes most likely what the copies which come near it
 * have in its surroundings: inside, the bases of a family that differ as much as they do further
 * in; outside, random ones, of which some agree by chance. At most 40 bases are cut and 16 added. The
 * copies are looked at without gaps from where their alignments end, and are not valid for the new
 * consensus. One so long that it might pass RP_CONSENSUS_MAX_BP keeps its ends. False: out of memory. */
bool rp_set_ends(const rp_view *view, rp_codes *consensus, const rp_copies *copies) RP_MUST_CHECK;

#endif
