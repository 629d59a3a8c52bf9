/* kin.h: families that take the class of another family, since both are made of the same sequence.
 *
 *   ends    an end of the one is an end of the other: elements that do not move by themselves have the ends of those
 *           that move them, and an LTR alone those of its element
 *   piece   at least half of it lies in a LINE or SINE, or its end in a LINE's other end: these leave pieces behind
 *   parts   NAME_LTR and NAME_INT of a library are one LTR element
 *
 * What is alike must be so by more than chance among all pairs that are compared (Karlin and Altschul 1990), by the
 * composition of the two stretches and without what repeats itself in them. A SINE that has a LINE's 3' end is none:
 * ends do not speak for LINEs, and with an end in common 80 % must lie in one. Relatives that contradict each other
 * leave what they have in common, or nothing.
 */
#ifndef RP_CLASSIFY_KIN_H
#define RP_CLASSIFY_KIN_H

#include <htslib/kstring.h>

#include "base/error.h"
#include "copies/findings.h"

/* Looks at the families of all findings (n of them) together and gives those of class Unknown the class of their kin,
 * and notes the kin; with `refines` also those of which only the order is known, by what they show. Repeats that are no
 * transposable elements take no part; families that were known speak for others, and have the class that they came
 * with. Families must stay where they are. The same for any number of threads. False:
 * error filled in. */
bool rp_kin_find(rp_findings *const *findings, size_t n, bool refines, unsigned n_threads,
                 rp_error *error) RP_MUST_CHECK;

/* The kin as evidence, where there is one: "kin:ends:R5:120:85%". Negative: out of memory. */
int rp_kin_tell(const rp_kinship *kin, kstring_t *text);

#endif
