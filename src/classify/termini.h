/* termini.h: the superfamily that the ends of a DNA transposon and the duplication beside them speak for.
 *
 * An element without proteins keeps the ends that the transposase of its kind binds, and the target site that it cuts
 * (Wicker et al. 2007; Feschotte and Pritham 2007): TA for Tc1-Mariner, TWA and G for PIF-Harbinger, 8 bases and YAR
 * for hAT, 9 to 11 and G for Mutator, TTAA and YY for PiggyBac, CACTA or CACTG for CACTA. Where the target is always
 * the same a consensus holds it. Both ends must have the motif; what contradicts it leaves the order.
 */
#ifndef RP_CLASSIFY_TERMINI_H
#define RP_CLASSIFY_TERMINI_H

#include "base/codes.h"
#include "copies/traits.h"

/* The class of an element with terminal inverted repeats; "DNA" where they say no more. */
const char *rp_termini_class(const rp_codes *consensus, const rp_traits *traits);

#endif
