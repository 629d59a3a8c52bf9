/* grow.h: lengthens a consensus base by base, from many copies at once.
 *
 * Each copy has a lane of a band (align/band.h). The next base of the consensus is
 * the one that the lanes' best row scores favour, as in RepeatScout (Price, Jones and
 * Pevzner 2005), but over a sample of the copies, in bands that follow their copies,
 * and with new copies joining where the consensus' end is seen again in the genome.
 */
#ifndef RP_FAMILY_GROW_H
#define RP_FAMILY_GROW_H

#include <stddef.h>
#include <stdint.h>

#include "align/band.h"
#include "base/error.h"
#include "base/codes.h"
#include "family/bounds.h"
#include "genome/reads.h"
#include "genome/view.h"
#include "index/kmer_index.h"

typedef struct rp_grower rp_grower;

/* One call of rp_grow adds at most max_bp bases (0: RP_GROW_MAX_BP, which is the most). NULL: out of memory. One for
 * each thread. */
rp_grower *rp_grower_create(const rp_band_kernel *kernel, uint32_t max_bp) RP_MUST_CHECK;
void rp_grower_destroy(rp_grower *grower);

/* Appends to `consensus` what the copies have in common beyond its end. `walks` are
 * the copies' strands from the consensus' end on; of more than RP_GROW_LANES an even
 * sample is taken. To grow to the left, hand over reverse complements. Notes in
 * `reads` (or NULL) what was looked at. *tandem tells whether growth was
 * stopped because the sequence is a tandem repeat. False: out of memory, or the run is to end. */
bool rp_grow(rp_grower *grower, const rp_view *view, const rp_kmer_index *index, rp_codes *consensus,
             const rp_strand_walk *walks, size_t n_walks, rp_reads *reads, bool *tandem) RP_MUST_CHECK;

/* DP cells worked out so far. */
uint64_t rp_grower_cells(const rp_grower *grower);

#endif
