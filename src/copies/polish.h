/* polish.h: a last round of refinement from the copies that the scan has found.
 *
 * The scan of the whole genome (scan.h) sees more copies of old families than the search, which
 * goes by longer words. With them each consensus is voted and trimmed once more and grows on
 * where copies reach its ends.
 */
#ifndef RP_COPIES_POLISH_H
#define RP_COPIES_POLISH_H

#include "copies/part_rows.h"
#include "discover/library.h"
#include "index/kmer_index.h"

typedef struct rp_polish_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    uint32_t max_extension_bp;
} rp_polish_parameters;

/* Polishes library->items[source[f]] with the parts of family f, for all of the n families.
 * `view` is that of the scan; `parts` are in genome order. The families' copies are gone
 * afterwards: they are to be found anew. */
bool rp_polish(const rp_view *view, const rp_kmer_index *index, const rp_parts *parts, const size_t *source, size_t n,
               const rp_polish_parameters *parameters, rp_library *library, rp_error *error) RP_MUST_CHECK;

#endif
