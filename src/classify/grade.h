/* grade.h: how well a family is borne out, and by what.
 *
 *   A   the signs of a kind of element, and both ends are sharp
 *   B   one of them: such signs, or sharp ends at many places
 *   C   enough places, or copies that are alike among themselves
 *   D   a candidate: few places, no signs, and copies that are alike through their consensus only, young ones, or such
 *       as end at neither end where the consensus does
 *
 * The consensus of a few copies fits each of them: what three stretches of chance have in common with their majority
 * looks like an old family. Two of them are no more alike than any. Young insertions still have the ends and the
 * target-site duplications that they came with: a few copies that hardly differ and show none were brought by
 * something else, as introns, pseudogenes and pieces of organelles are. That copies have an end shows where none goes
 * on with another beyond it (going_on.h).
 */
#ifndef RP_CLASSIFY_GRADE_H
#define RP_CLASSIFY_GRADE_H

#include <htslib/kstring.h>
#include <stdbool.h>

#include "copies/findings.h"

/* Fills in the ends' part of the traits and the grade, when the rest of them is there. */
void rp_grade_family(const rp_findings *findings, const rp_found_family *family, rp_traits *traits);

/* "A", ...; NULL without a grade. */
const char *rp_grade_name(rp_grade grade);

/* Appends the reasons: "structure,ends:34:30,places:41,alike:312". */
bool rp_grade_reasons(const rp_traits *traits, kstring_t *text) RP_MUST_CHECK;

#endif
