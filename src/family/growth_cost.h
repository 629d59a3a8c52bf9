/* growth_cost.h: what a base of a growing consensus must earn so that composition does not feed it.
 *
 * Of copies that are not related any more each gains now and then by chance, the more the fewer bases
 * their composition knows, and the consensus is chosen to fit them. A base is worth its place when the
 * copies together gain more by it.
 */
#ifndef RP_FAMILY_GROWTH_COST_H
#define RP_FAMILY_GROWTH_COST_H

#include "align/significance.h"
#include "base/codes.h"

/* The bases of the last two checks of the consensus, or what there is. */
rp_base_counts rp_growth_bases(const rp_codes *consensus);

/* By the composition of the last bases of the consensus, and of the genome under each of n copies. */
uint32_t rp_growth_cost(const rp_base_counts *grown, const rp_base_counts *copies, unsigned n);

/* What a consensus of n <= RP_GROW_LANES unrelated stretches of at most 64 bases would be made of, about: their bases
 * by the squares of their numbers. */
rp_base_counts rp_growth_favours(const rp_base_counts *copies, unsigned n);

#endif
