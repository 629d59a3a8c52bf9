/* genes.h: how many copies of a family lie on genes that the user knows. */
#ifndef RP_CLASSIFY_GENES_H
#define RP_CLASSIFY_GENES_H

#include "copies/findings.h"
#include "copies/traits.h"

/* The coding sequence of a genome. */
typedef struct rp_genes {
    const rp_bitmask *coding;   /* NULL: not known */
    double share;               /* of the genome's A, C, G and T */
} rp_genes;

rp_genes rp_genes_of(const rp_genome *genome, const rp_bitmask *coding);

/* Sets n_on_genes, and the chance that copies of which each lies there by chance are so many (binomial). Traits stay
 * as they are where no genes are known. */
void rp_genes_look(const rp_findings *findings, const rp_found_family *family, const rp_genes *genes,
                   rp_traits *traits);

#endif
