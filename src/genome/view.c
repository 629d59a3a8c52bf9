/* view.c: the genome less what is covered; see view.h. */
#include "genome/view.h"

#include <stdlib.h>

#include "base/sort.h"

rp_strand_walk rp_view_walk(const rp_view *view, uint64_t origin, bool reverse)
{
    const rp_genome *genome = view->genome;
    const uint64_t inside = reverse && origin > 0 ? origin - 1 : origin;
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, inside)];
    const uint64_t end = contig->begin + contig->length_bp;
    const uint64_t limit = reverse ? origin - contig->begin : end > origin ? end - origin : 0;
    return (rp_strand_walk){origin, limit, reverse};
}

rp_strand_walk rp_view_walk_beyond(const rp_view *view, uint64_t begin, uint64_t end, bool reverse)
{
    const rp_contig *contig = &view->genome->contigs[rp_genome_contig_of(view->genome, begin)];
    return reverse ? (rp_strand_walk){begin, begin - contig->begin, true}
                   : (rp_strand_walk){end, contig->begin + contig->length_bp - end, false};
}

uint64_t rp_view_not_lifted(const rp_view *view, uint64_t begin, uint64_t bits)
{
    size_t low = 0, high = view->n_lifted; /* first interval that ends after begin */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (view->lifted[middle].end > begin)
            high = middle;
        else
            low = middle + 1;
    }
    for (; low < view->n_lifted && view->lifted[low].begin < begin + 64; low++) {
        const uint64_t from = view->lifted[low].begin > begin ? view->lifted[low].begin - begin : 0;
        const uint64_t to = view->lifted[low].end - begin < 64 ? view->lifted[low].end - begin : 64;
        bits &= ~(UINT64_MAX >> (64 - (to - from)) << from);
    }
    return bits;
}

static void decode_forward(const rp_view *view, uint64_t begin, unsigned n, uint8_t *codes)
{
    rp_genome_decode(view->genome, begin, n, codes);
    uint64_t covered = rp_view_covered(view, begin);
    if (n < 64)
        covered &= ((uint64_t)1 << n) - 1;
    for (; covered != 0; covered &= covered - 1)
        codes[__builtin_ctzll(covered)] = RP_BASE_NONE;
}

void rp_view_decode(const rp_view *view, const rp_strand_walk *walk, uint64_t begin, unsigned n, uint8_t *codes)
{
    unsigned inside = 0;
    if (begin < walk->limit_bp)
        inside = walk->limit_bp - begin < n ? (unsigned)(walk->limit_bp - begin) : n;
    if (inside > 0 && !walk->reverse) {
        decode_forward(view, walk->origin + begin, inside, codes);
    } else if (inside > 0) {
        uint8_t forward[64];
        decode_forward(view, walk->origin - begin - inside, inside, forward);
        for (unsigned i = 0; i < inside; i++)
            codes[i] = rp_code_complement(forward[inside - 1 - i]);
    }
    for (unsigned i = inside; i < n; i++)
        codes[i] = RP_BASE_NONE;
}

static int compare_intervals(const void *left, const void *right)
{
    const rp_interval *a = left, *b = right;
    return a->begin != b->begin ? (a->begin < b->begin ? -1 : 1) : (a->end > b->end) - (a->end < b->end);
}

void rp_intervals_merge(rp_intervals *intervals)
{
    if (intervals->n < 2)
        return;
    rp_sort(intervals->items, intervals->n, sizeof *intervals->items, compare_intervals);
    size_t last = 0;
    for (size_t i = 1; i < intervals->n; i++) {
        rp_interval *into = &intervals->items[last];
        const rp_interval *next = &intervals->items[i];
        if (next->begin > into->end)
            intervals->items[++last] = *next;
        else if (next->end > into->end)
            into->end = next->end;
    }
    intervals->n = last + 1;
}

bool rp_intervals_subtract(const rp_intervals *from, const rp_intervals *less, rp_intervals *left)
{
    size_t next = 0; /* the first of `less` that ends behind where we are */
    for (size_t i = 0; i < from->n; i++) {
        uint64_t begin = from->items[i].begin;
        const uint64_t end = from->items[i].end;
        while (begin < end) {
            while (next < less->n && less->items[next].end <= begin)
                next++;
            const uint64_t stop = next < less->n && less->items[next].begin < end ? less->items[next].begin : end;
            if (stop > begin && !rp_intervals_push(left, (rp_interval){begin, stop}))
                return false;
            begin = stop < end ? less->items[next].end : end;
        }
    }
    return true;
}

bool rp_bitmask_intervals(const rp_bitmask *mask, const rp_genome *genome, rp_intervals *intervals)
{
    for (size_t c = 0; c < genome->n_contigs; c++) {
        const uint64_t contig_end = genome->contigs[c].begin + genome->contigs[c].length_bp;
        for (uint64_t begin = rp_bitmask_next(mask, genome->contigs[c].begin, contig_end, true), end;
             begin < contig_end; begin = rp_bitmask_next(mask, end, contig_end, true)) {
            end = rp_bitmask_next(mask, begin, contig_end, false);
            if (!rp_intervals_push(intervals, (rp_interval){begin, end}))
                return false;
        }
    }
    return true;
}
