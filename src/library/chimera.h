/* chimera.h: families whose consensus runs from one element into another.
 *
 * Where copies end and others begin at one point, and few go across it, two elements that stand side
 * by side in some places were taken for one.
 */
#ifndef RP_LIBRARY_CHIMERA_H
#define RP_LIBRARY_CHIMERA_H

#include "base/error.h"
#include "family/family.h"

/* The point of the consensus at which the family is to be cut; 0: at none. False: out of memory. */
bool rp_chimera_find(const rp_family *family, uint32_t *cut) RP_MUST_CHECK;

#endif
