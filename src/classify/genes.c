/* genes.c: copies on the user's genes; see genes.h. */
#include "classify/genes.h"

#include <math.h>

rp_genes rp_genes_of(const rp_genome *genome, const rp_bitmask *coding)
{
    if (coding == NULL || genome->acgt_bp == 0)
        return (rp_genes){.coding = NULL};
    const double share = (double)rp_bitmask_count(coding, 0, genome->length_bp) / (double)genome->acgt_bp;
    return (rp_genes){.coding = coding, .share = share < 1 ? share : 1};
}

/* Natural logarithm of the chance of `least` or more of n, each of chance p. */
static double log_chance(uint32_t least, uint32_t n, double p)
{
    int sign;
    double sum = 0, first = 0;
    if (least <= n * p)
        return 0; /* no less than is expected */
    if (p <= 0)
        return -INFINITY;
    for (uint32_t k = least; k <= n; k++) {
        const double here = lgamma_r(n + 1.0, &sign) - lgamma_r(k + 1.0, &sign) - lgamma_r(n - k + 1.0, &sign) +
                            k * log(p) + (n - k) * log1p(-p);
        first = k == least ? here : first;
        sum += exp(here - first);
    }
    return first + log(sum);
}

void rp_genes_look(const rp_findings *findings, const rp_found_family *family, const rp_genes *genes, rp_traits *traits)
{
    if (genes->coding == NULL)
        return;
    for (size_t i = 0, next; i < family->n_parts; i = next) {
        const uint32_t copy = findings->parts.items[family->parts[i]].copy;
        uint64_t bases = 0, coding = 0;
        for (next = i; next < family->n_parts && findings->parts.items[family->parts[next]].copy == copy; next++) {
            const rp_part *part = &findings->parts.items[family->parts[next]];
            bases += part->end - part->begin;
            coding += rp_bitmask_count(genes->coding, part->begin, part->end);
        }
        traits->n_on_genes += 2 * coding > bases;
    }
    traits->genes_log_chance = (float)log_chance(traits->n_on_genes, traits->n_copies, genes->share);
}
