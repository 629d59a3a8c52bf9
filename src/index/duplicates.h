/* duplicates.h: long stretches of the genome that stand once more: haplotypes, homeologous chromosomes, contigs that
 * were assembled twice, large segmental duplications.
 *
 * What stands in both is one place: an element there was inserted once. Searched twice it makes each k-mer a repeat,
 * and each pair of paralogs four copies. So the search looks at the first only, and duplicated sequence costs it
 * nothing.
 *
 * Places of common k-mers (index/sketch.h) are strung together where they keep their distance, and these runs where
 * they follow each other on both sides; what one side alone has, an insertion of the shortest family as well, is of
 * neither run. A block is longer than any element is: RP_DUPLICATE_MIN_BP at least are alike.
 */
#ifndef RP_INDEX_DUPLICATES_H
#define RP_INDEX_DUPLICATES_H

#include "genome/view.h"

/* No consensus that long is grown (family/bounds.h), and the longest transposable elements of which there are many
 * copies have 25 kb. */
enum { RP_DUPLICATE_MIN_BP = 30000 };

/* One run. */
typedef struct rp_duplicate {
    rp_interval first, again; /* `again` stands further on in the genome, in one contig as `first` does */
    bool reverse;             /* the strands differ */
    uint32_t block;           /* runs that follow each other on both sides are of one */
    uint32_t n_words;         /* of the sketch, that stand in `first`; */
    uint32_t n_common;        /* and of these, in `again` too */
} rp_duplicate;

RP_ARRAY(rp_duplicates, rp_duplicate);

/* Fills in the runs of all blocks, one block after the other, in the genome's order of `first`; the caller frees the
 * items. They follow from the genome alone: the same for any number of threads. False: error filled in, and *found is
 * empty. */
bool rp_duplicates_find(const rp_genome *genome, unsigned n_threads, rp_duplicates *found,
                        rp_error *error) RP_MUST_CHECK;

/* Differences at a base, in per cent, between the two sides of n runs: of the k-mers of one side (1 - d)^k are in the
 * other one (Ondov et al. 2016, of containment). */
double rp_duplicates_divergence(const rp_duplicate *runs, size_t n);

/* Makes the one reach over the other, too; the strand and the block are its own. */
void rp_duplicate_widen(rp_duplicate *hull, const rp_duplicate *by);

/* Sets the bases that stand earlier, too. */
void rp_duplicates_mark(const rp_duplicates *all, rp_bitmask *mask);

#endif
