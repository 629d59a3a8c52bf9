/* codons.h: whether a family's copies differ as genes do: mostly in third positions. */
#ifndef RP_CLASSIFY_CODONS_H
#define RP_CLASSIFY_CODONS_H

#include "copies/row_reader.h"
#include "copies/traits.h"

enum { RP_CODONS_MIN_BP = 300 };

/* Sets third_position from the mismatches of the family's copies in its longest open reading
 * frame, where there are enough of them. False: out of memory. */
bool rp_codons_look(rp_row_reader *reader, const rp_findings *findings, const rp_found_family *family,
                    rp_traits *traits) RP_MUST_CHECK;

#endif
