/* stretch.h: some bases beside a copy, ready to be compared with those beside another.
 *
 * Two stretches are alike where a piece of one stands in the other, in the same order and at about the same distance,
 * by more than composition and chance explain. Pieces are found by common words and extended without gaps; sequence
 * that was duplicated long ago is alike in pieces only.
 */
#ifndef RP_COPIES_STRETCH_H
#define RP_COPIES_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "genome/base_counts.h"
#include "genome/view.h"

enum {
    RP_STRETCH_BP = 1024,
    RP_STRETCH_HASH_BITS = 15, /* of a word; one in 32 is there by chance */
    RP_STRETCH_LISTS = 1 << 11 /* by the highest bits of the hash */
};

typedef struct rp_stretch {
    rp_strand_walk walk;
    uint32_t n_bases;                  /* fewer than RP_STRETCH_BP where the contig ends */
    uint32_t n_known;                  /* of them; N and tandem repeats are not */
    uint32_t n_words;
    uint8_t codes[RP_STRETCH_BP];
    uint32_t words[RP_STRETCH_BP];     /* by place */
    uint64_t present[(1 << RP_STRETCH_HASH_BITS) / 64]; /* by hash, a bit: such words are there */
    uint16_t first[RP_STRETCH_LISTS];  /* number of the first word of a list, */
    uint16_t next[RP_STRETCH_BP];      /* and by word of the next one; from 1; 0: there is none */
    rp_base_counts counts;
} rp_stretch;

/* The bases of a walk from its begin on. What the view excludes (tandem repeats) is not known. */
void rp_stretch_read(const rp_view *view, const rp_strand_walk *walk, rp_stretch *stretch);

/* Whether the two have a piece in common whose places differ by at most `drift`. The ends of the outermost piece go to
 * *a_end and *b_end. */
bool rp_stretch_alike(const rp_stretch *a, const rp_stretch *b, uint32_t drift, uint32_t *a_end, uint32_t *b_end);

#endif
