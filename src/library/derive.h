/* derive.h: deletion derivatives of families, such as the MITEs of a DNA transposon.
 *
 * A derivative that was amplified is a family of its own, but its copies align to the element that
 * it came from, in two parts that skip the same stretch of the consensus. Where many copies
 * skip the same stretch, the two parts are made a family.
 */
#ifndef RP_LIBRARY_DERIVE_H
#define RP_LIBRARY_DERIVE_H

#include "align/band.h"
#include "base/error.h"
#include "family/library.h"
#include "genome/view.h"
#include "index/kmer_index.h"

typedef struct rp_derive_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
} rp_derive_parameters;

/* Appends the derivatives of the families in *library; these stay as they are. `view` shows the
 * genome under a cover that holds all copies. *n_derived: how many. */
bool rp_derive_families(const rp_view *view, const rp_kmer_index *index, const rp_derive_parameters *parameters,
                        rp_library *library, uint64_t *n_derived, rp_error *error) RP_MUST_CHECK;

#endif
