/* naming.h: classes and names of merged families. */
#ifndef RP_MERGE_NAMING_H
#define RP_MERGE_NAMING_H

#include "merge/merged.h"

/* Gives the family the class that most of its members' bases (of those without figures: their lengths) speak for: the
 * order first, then what is behind the '/' among those of that order. Members that are parts of it, and those whose
 * class is Unknown, have a vote only where no others do. False: out of memory. */
bool rp_merged_vote_class(const rp_merged_member *members, size_t n, rp_merged_family *family) RP_MUST_CHECK;

/* Names all families: kept ones as they are, others by the prefix and a number, or by a digest of the sequence, which
 * is the same for both strands. No two have one name. False: error filled in. */
bool rp_merged_name(rp_merged *merged, const char *name_prefix, rp_error *error) RP_MUST_CHECK;

#endif
