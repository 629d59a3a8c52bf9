/* by_library.h: class names from a library of known families. */
#ifndef RP_CLASSIFY_BY_LIBRARY_H
#define RP_CLASSIFY_BY_LIBRARY_H

#include "base/error.h"
#include "copies/findings.h"
#include "library/family_file.h"

/* Gives each family the class of the known one that it is like, by the rule of 80-80-80 (Wicker et
 * al. 2007): 80 % of the bases are the same over 80 % of its length and 80 bp. Families whose
 * class is not Unknown are looked at too: a known name outweighs a hint; repeats that are no
 * transposable elements keep their class. `records` are the library's sequences. */
bool rp_classify_by_library(rp_findings *findings, const rp_family_file *library, const rp_genome *records,
                            unsigned n_threads, rp_error *error) RP_MUST_CHECK;

#endif
