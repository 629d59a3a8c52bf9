/* genes.c: copies on the user's genes; see genes.h. */
#include "classify/genes.h"

#include "classify/chance.h"

rp_genes rp_genes_of(const rp_genome *genome, const rp_bitmask *coding)
{
    if (coding == NULL || genome->acgt_bp == 0)
        return (rp_genes){.coding = NULL};
    const double share = (double)rp_bitmask_count(coding, 0, genome->length_bp) / (double)genome->acgt_bp;
    return (rp_genes){.coding = coding, .share = share < 1 ? share : 1};
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
    traits->genes_log_chance = (float)rp_log_chance(traits->n_on_genes, traits->n_copies, genes->share);
}
