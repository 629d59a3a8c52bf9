/* unit.h: the unit of a consensus that holds its element more than once.
 *
 * Where some copies of an element stand head to tail (LTR-INT-LTR-INT-LTR, two MITEs in a row), growth goes from one
 * into the next. Most copies are one element all the same: they begin and end at the same two places of the consensus,
 * and what is beyond is more of what is between.
 */
#ifndef RP_FAMILY_UNIT_H
#define RP_FAMILY_UNIT_H

#include "base/codes.h"
#include "family/recruit.h"

/* Where the unit stands: [*begin, *end) of the consensus. *found: there is one, shorter than the consensus. False:
 * out of memory. */
bool rp_unit_find(const rp_codes *consensus, const rp_copies *copies, uint32_t *begin, uint32_t *end,
                  bool *found) RP_MUST_CHECK;

#endif
