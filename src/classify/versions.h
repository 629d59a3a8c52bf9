/* versions.h: families that are versions of another one, which their copies do not bear out.
 *
 * A consensus made from copies that another family's missed differs from that one in what its own few copies have by
 * chance, and takes further copies of that family that happen to be like it. It is a family of its own only where its
 * copies have the bases in which it differs: most of them, as copies that descend from it would, or else more of them
 * together than the best of both families' copies would have if those bases stood in them by chance.
 */
#ifndef RP_CLASSIFY_VERSIONS_H
#define RP_CLASSIFY_VERSIONS_H

#include <stddef.h>

#include "base/error.h"
#include "copies/findings.h"

/* of[f] is f, or the family with more bases that family f is a version of and that is none itself. Those that are no
 * transposable elements neither have nor are versions. The same for any number of threads. */
bool rp_versions_find(const rp_findings *findings, unsigned n_threads, size_t *of, rp_error *error) RP_MUST_CHECK;

#endif
