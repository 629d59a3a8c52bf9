/* links.c: from parts to copies; see links.h. */
#include "copies/links.h"

#include "base/sort.h"

enum {
    LINK_GENOME_BP = 20000,    /* parts further apart are two copies */
    LINK_FREE_BP = 300,        /* genome between two parts that no other copy explains */
    LINK_OVERLAP_BP = 60,      /* of two parts on the consensus */
    LINK_CONSENSUS_BP = 2500,  /* consensus that may be missing between two parts */
    LINK_LOOK_AHEAD = 64
};

static int compare_parts(const void *left, const void *right)
{
    const rp_part *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->family > b->family) - (a->family < b->family);
}

bool rp_parts_sort(rp_parts *parts, unsigned n_threads, rp_error *error)
{
    return rp_sort_parallel(parts->items, parts->n, sizeof *parts->items, compare_parts, n_threads, error);
}

/* Whether b, further right on the genome, goes on where a ends. */
static bool goes_on(const rp_part *a, const rp_part *b)
{
    if (a->family != b->family || a->reverse != b->reverse)
        return false;
    const rp_part *first = a->reverse ? b : a, *second = a->reverse ? a : b;
    return second->consensus_begin + LINK_OVERLAP_BP >= first->consensus_end &&
           second->consensus_begin <= first->consensus_end + LINK_CONSENSUS_BP &&
           second->consensus_end > first->consensus_end && second->consensus_begin > first->consensus_begin;
}

void rp_parts_link(const rp_genome *genome, rp_parts *parts)
{
    for (size_t i = 0; i < parts->n; i++)
        parts->items[i].copy = UINT32_MAX;
    uint32_t n_copies = 0;
    uint64_t contig_end = 0; /* of the part in hand: they go up the genome */
    for (size_t i = 0; i < parts->n; i++) {
        rp_part *here = &parts->items[i];
        if (here->copy == UINT32_MAX)
            here->copy = n_copies++;
        if (here->begin >= contig_end) {
            const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, here->begin)];
            contig_end = contig->begin + contig->length_bp;
        }
        uint64_t explained_to = here->end, unexplained = 0; /* genome between here and the candidate */
        for (size_t j = i + 1; j < parts->n && j <= i + LINK_LOOK_AHEAD; j++) {
            rp_part *next = &parts->items[j];
            if (next->begin >= contig_end || next->begin > here->end + LINK_GENOME_BP)
                break;
            if (next->begin > explained_to)
                unexplained += next->begin - explained_to;
            if (unexplained > LINK_FREE_BP)
                break;
            if (next->copy == UINT32_MAX && goes_on(here, next)) {
                next->copy = here->copy;
                break;
            }
            explained_to = next->end > explained_to ? next->end : explained_to;
        }
    }
}
