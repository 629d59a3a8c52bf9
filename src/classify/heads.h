/* heads.h: the heads of SINEs, which come from genes that RNA polymerase III transcribes: tRNA, 7SL RNA, 5S rRNA.
 *
 * A SINE begins with the promoter of such a gene, and worn as it is its beginning is still like the gene. The columns
 * of data/sine_heads.tsv (scripts/domains/make_heads.py) are aligned locally, with gaps, to the first bases of a
 * consensus on either strand, each base weighed against the consensus' own composition. What a score is worth is seen
 * from the same bases in other orders: scores by chance follow an extreme value distribution whose slope is known,
 * log 2 for scores in bits (Karlin and Altschul 1990; Eddy 2008), and whose place is that of the shuffled sequences'
 * mean.
 */
#ifndef RP_CLASSIFY_HEADS_H
#define RP_CLASSIFY_HEADS_H

#include <stddef.h>

#include "base/codes.h"
#include "copies/traits.h"

enum { RP_HEAD_ELEMENT_MIN_BP = 80, RP_HEAD_ELEMENT_MAX_BP = 700 /* of an element with such a head */ };

/* A column of a profile: the shares of A, C, G and T, in per mille. */
typedef struct rp_head_column {
    const char *head;
    unsigned short shares[RP_N_BASES];
} rp_head_column;

extern const rp_head_column rp_head_columns[]; /* those of one head follow each other */
extern const unsigned rp_n_head_columns;

/* Sets the head's part of the traits; none, for consensus sequences that are too short or too long. n_families: of how
 * many it is one, for what is sure. The same each time. Thread-safe. */
void rp_heads_find(const rp_codes *consensus, size_t n_families, rp_traits *traits);

/* "tRNA", as the table has it, and the class: "SINE/tRNA". */
extern const char *const rp_head_name[RP_N_HEADS];
extern const char *const rp_head_class[RP_N_HEADS];

#endif
