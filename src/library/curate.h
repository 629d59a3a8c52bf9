/* curate.h: what a curator has decided about the families of a library, applied to it.
 *
 * A file of decisions has one in a line, words apart by blanks or tabs; what begins with a # alone is a comment:
 *
 *     keep R1
 *     drop R2
 *     rename R3 Copia1#LTR/Copia    a new name, with # and a class also a new class
 *     cut R4 101 2500               its bases 101 to 2500 (from 1) are the family
 *     split R5 1200 3000            after these bases, into R5_1, R5_2, R5_3
 *     merge R6 R1                   R6 is R1: its sequence is left out
 *
 * A family has one decision; rename and cut go together.
 */
#ifndef RP_LIBRARY_CURATE_H
#define RP_LIBRARY_CURATE_H

#include "base/error.h"
#include "library/family_file.h"

/* What was done. */
typedef struct rp_curation {
    size_t n_decisions;
    size_t n_undecided;      /* families without a decision */
} rp_curation;

/* Reads the decisions ("-": standard input) and makes `curated` of the library, in its order. Families without a
 * decision are kept, or left out with `only_decided`. Descriptions tell what was done (curated=); of what was cut or
 * split they lose what is no longer true. False: error filled in, with file and line; nothing to clear. */
bool rp_curate(const rp_family_file *library, const char *path, bool only_decided, rp_family_file *curated,
               rp_curation *figures, rp_error *error) RP_MUST_CHECK;

#endif
