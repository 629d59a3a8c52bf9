/* trim.h: cuts a consensus down to what its copies support. */
#ifndef RP_FAMILY_TRIM_H
#define RP_FAMILY_TRIM_H

#include "base/error.h"
#include "base/codes.h"
#include "family/recruit.h"

/* Keeps the longest stretch of the consensus whose every point is spanned, with some
 * bases on either side, by at least three copies or collinear pairs of copies, and trims
 * ends whose coverage is below a third of that a little further in. Copies are clipped
 * to what is kept, and dropped when nothing is left of them. `copies` is in genome
 * order. False: out of memory. */
bool rp_trim(const rp_genome *genome, rp_codes *consensus, rp_copies *copies) RP_MUST_CHECK;

#endif
