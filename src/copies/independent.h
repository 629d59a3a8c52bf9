/* independent.h: how many independent places the copies of a family have.
 *
 * Copies that were duplicated together with what is around them (haplotypes, segmental duplications, homeologs, contigs
 * that stand twice) are one place: one insertion, or none. Two copies are one place where what they share goes on
 * beyond the family by more than any part of a transposable element would: at least RP_SAME_PLACE_BP on both sides
 * together. It may be alike in pieces, and one of the two may have an insertion there. Neighbours of the same family
 * are passed: copies in a row have their flanks in common. At contigs' ends, beside N and in tandem repeats a flank is
 * unknown, not different: a copy that cannot be told from an earlier place is no place of its own.
 */
#ifndef RP_COPIES_INDEPENDENT_H
#define RP_COPIES_INDEPENDENT_H

#include "base/memory.h"
#include "copies/placed_copies.h"

/* Few elements are longer, and of those seldom so much stands beside what was found of them; duplicated segments are
 * ten times as long. */
enum { RP_SAME_PLACE_BP = 8000 };

/* A family stands if so much of its consensus has enough places of its own. */
#define RP_SAME_PLACE_SHARE 0.5f

typedef struct rp_place_finder rp_place_finder;

RP_ARRAY(rp_cuts, uint32_t);

/* For one thread. The view shows the whole genome; what it excludes (tandem repeats) is unknown. NULL: out of
 * memory. */
rp_place_finder *rp_place_finder_create(const rp_view *view, const rp_findings *findings) RP_MUST_CHECK;
void rp_place_finder_destroy(rp_place_finder *finder); /* NULL is legal */
const rp_view *rp_place_finder_view(const rp_place_finder *finder);

typedef struct rp_independence {
    uint32_t n_places; /* of many copies, those of the longest ones in proportion */
    float share; /* of the consensus that has enough copies: what has enough places, too */
    float worth; /* what the places' copies tell of the genome, in units of what the consensus takes to be told: under 1
                    it is no better than chance (minimum description length) */
} rp_independence;

/* Compares copies until enough places (`enough` of them) have been seen, or all of the longest 32 have. A part that has
 * copies elsewhere does not speak for the whole consensus: places are counted base by base. False: out of memory. */
bool rp_independent_places(rp_place_finder *finder, const rp_found_family *family, const rp_placed_copies *copies,
                           uint32_t enough, rp_independence *found) RP_MUST_CHECK;

/* Shorter stretches are none of the duplicated segments that are meant (Bailey et al. 2002): some copies of a gene have
 * an exon or intron more. */
enum { RP_OVERGROWN_BP = 1000 };

/* Where a consensus is to be cut, from left to right: a stretch that has enough copies, all of which were looked at,
 * but at fewer places than `enough`, is duplicated sequence into which the family has grown, and stands by itself. Here
 * a copy that cannot be told from others has a place of its own, and so has one in a row of copies. Replaces the
 * content of *cuts; none: nothing is duplicated, or everything is. False: out of memory. */
bool rp_independent_cuts(rp_place_finder *finder, const rp_found_family *family, uint32_t enough,
                         rp_cuts *cuts) RP_MUST_CHECK;

#endif
