/* library.h: the families that have been committed, in order of commitment. */
#ifndef RP_FAMILY_LIBRARY_H
#define RP_FAMILY_LIBRARY_H

#include <stddef.h>

#include "base/error.h"
#include "genome/cover.h"
#include "family/family.h"

RP_ARRAY(rp_library, rp_family);

void rp_library_clear(rp_library *library);

/* Appends an exact-size copy of the family. False: out of memory. */
bool rp_library_add(rp_library *library, const rp_family *family) RP_MUST_CHECK;

/* The genome intervals of a family's copies, merged. False: out of memory. */
bool rp_family_intervals(const rp_family *family, rp_intervals *intervals) RP_MUST_CHECK;

/* Covers a family's copies as one change; `intervals` is scratch. Committer only. False: out of memory. */
bool rp_family_cover(const rp_family *family, rp_cover *cover, rp_intervals *intervals) RP_MUST_CHECK;

#endif
