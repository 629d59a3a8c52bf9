/* alongside.h: how far two places go on alike, base by base, as near copies do. */
#ifndef RP_INDEX_ALONGSIDE_H
#define RP_INDEX_ALONGSIDE_H

#include "genome/view.h"

/* Goes along both walks from their begins on, over substitutions and short insertions, as long as three in four of the
 * next bases are the same. *a_bp and *b_bp: the bases up to the last that are. */
void rp_alongside(const rp_genome *genome, const rp_strand_walk *a, const rp_strand_walk *b, uint64_t *a_bp,
                  uint64_t *b_bp);

#endif
