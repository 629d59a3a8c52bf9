/* split.h: entries that are two: one element inside another, or two head to tail.
 *
 * That an entry holds another whole does not say so: the other may be a fragment of it. An element has more copies by
 * itself than within another: three for each of the whole entry, where the headers tell (as library/chimera.h asks).
 * What speaks for two elements beside that:
 *
 *   nested          some entry has what is on both sides and not what is between; or the classes of the two say
 *                   different things; or the bases on both sides are the same, as an insertion leaves them
 *   concatenated    known entries hold all of it between them. Where headers tell of no copies: and their classes do
 *                   not say that all of it is one thing
 *
 * Where both ends of what is left are alike, it is an LTR element around its own middle: it is whole. What is kept is
 * not split.
 */
#ifndef RP_MERGE_SPLIT_H
#define RP_MERGE_SPLIT_H

#include "merge/gather.h"

/* Splits the entries that stand and are two, as the holdings of rp_gather tell; *n_split: how many. False: out of
 * memory. */
bool rp_split(rp_entries *entries, rp_holdings *holdings, const rp_gather_parameters *parameters,
              size_t *n_split) RP_MUST_CHECK;

#endif
