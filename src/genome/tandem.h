/* tandem.h: the soft mask of tandem repeats. */
#ifndef RP_GENOME_TANDEM_H
#define RP_GENOME_TANDEM_H

#include "base/error.h"
#include "genome/bitmask.h"
#include "genome/genome.h"
#include "genome/view.h"

/* Makes *mask and sets in it every base of a 64-base window in which at least 26
 * of the 10-mers recur within 1,500 bp on the same strand, in a stretch nearly as long as the
 * distance: satellites, micro- and minisatellites, but not two copies with a spacer. Such bases give neither seeds nor
 * hits; alignments pass through them. The caller clears the mask. */
bool rp_tandem_mask(rp_bitmask *mask, const rp_genome *genome, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

/* The same, but of the genome outside of a stretch nothing is sure to be marked. */
bool rp_tandem_mask_within(rp_bitmask *mask, const rp_genome *genome, const rp_interval *within, unsigned n_threads,
                           rp_error *error) RP_MUST_CHECK;

#endif
