/* chains.h: where in the genome a consensus may have copies: hits of its k-mers, chained by diagonal.
 *
 * A chain that promises an alignment becomes an anchor. Where a crew is at hand and there are many hits, its members
 * take parts: stretches of the consensus whose k-mers are looked up, then stripes of the genome whose hits are sorted
 * and chained. A stripe is cut where no chain goes across, so that the anchors do not depend on the parts.
 */
#ifndef RP_FAMILY_CHAINS_H
#define RP_FAMILY_CHAINS_H

#include "align/anchored.h"
#include "align/extend.h"
#include "base/codes.h"
#include "base/error.h"
#include "family/bounds.h"
#include "genome/reads.h"
#include "genome/view.h"
#include "index/kmer_index.h"

enum { RP_RECRUIT_MAX_HITS = 4000000 /* beyond, only every n-th k-mer of the consensus is looked up */ };

typedef struct rp_chainer rp_chainer;

/* What is looked for, and where. */
typedef struct rp_sought {
    const rp_view *view;
    const rp_kmer_index *index;
    const rp_codes *consensus; /* at most RP_CONSENSUS_MAX_BP */
    const rp_query *queries;  /* the consensus and its reverse complement */
} rp_sought;

/* NULL: out of memory. One for each thread. */
rp_chainer *rp_chainer_create(void) RP_MUST_CHECK;
void rp_chainer_destroy(rp_chainer *chainer);

/* Puts the anchors of what the view shows into *anchors, sorted (rp_anchors_sort). Notes in `reads` (or NULL) what they
 * rely on. `with`: whose crew takes parts. False: out of memory, or the run is to end. */
bool rp_chainer_find(rp_chainer *chainer, const rp_extenders *with, const rp_sought *sought, rp_anchors *anchors,
                     rp_reads *reads) RP_MUST_CHECK;

#endif
