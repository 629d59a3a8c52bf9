/* revote.h: new consensus sequences for merged families, from their copies in a genome. */
#ifndef RP_MERGE_REVOTE_H
#define RP_MERGE_REVOTE_H

#include "merge/gather.h"
#include "merge/merged.h"

/* Polishes the families with their copies in the parameters' genome, for which they compete (copies/polish.h); what is
 * kept, and families of few copies, stay as they are. What is cut off becomes a family, and those that have become
 * alike are one. False: error filled in. */
bool rp_merged_vote_anew(rp_merged *merged, const rp_merge_parameters *parameters, const rp_gather_parameters *gather,
                         rp_error *error) RP_MUST_CHECK;

#endif
