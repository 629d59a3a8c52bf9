/* trim.c: cuts a consensus down to what its copies support; see trim.h. */
#include "family/trim.h"

#include <stdlib.h>
#include <string.h>

enum {
    FLANK_BP = 20,            /* a copy spans a point when it goes on this far on either side */
    MIN_SPANNING = 3,
    END_STEP_BP = 30,         /* coverage at an end is compared with that so much further in */
    PAIR_GENOME_GAP_BP = 10000,
    PAIR_OVERLAP_BP = 30,
    PAIR_CONSENSUS_GAP_BP = 500
};

/* Adds one to the points in [begin, end), with the change array of a difference count. */
static void add_span(int32_t *change, int64_t begin, int64_t end)
{
    if (begin < end) {
        change[begin]++;
        change[end]--;
    }
}

/* Points that a copy spans: less the flanks, but for the consensus' own ends. */
static void add_copy(int32_t *change, uint32_t begin, uint32_t end, uint32_t n)
{
    add_span(change, begin == 0 ? 0 : (int64_t)begin + FLANK_BP, end == n ? (int64_t)n : (int64_t)end - FLANK_BP);
}

static bool collinear(const rp_copy *a, const rp_copy *b)
{
    if (a->reverse != b->reverse || b->begin > a->end + PAIR_GENOME_GAP_BP || b->end <= a->end)
        return false;
    const rp_copy *first = a->reverse ? b : a, *second = a->reverse ? a : b;
    return second->consensus_begin + PAIR_OVERLAP_BP >= first->consensus_end &&
           second->consensus_begin <= first->consensus_end + PAIR_CONSENSUS_GAP_BP &&
           second->consensus_end > first->consensus_end;
}

static void add_pair(int32_t *change, const rp_copy *a, const rp_copy *b)
{
    const rp_copy *first = a->reverse ? b : a, *second = a->reverse ? a : b;
    /* the part that neither spans alone */
    int64_t begin = (int64_t)first->consensus_end - FLANK_BP, end = (int64_t)second->consensus_begin + FLANK_BP;
    if (begin < (int64_t)first->consensus_begin)
        begin = first->consensus_begin;
    if (end > (int64_t)second->consensus_end)
        end = second->consensus_end;
    add_span(change, begin, end);
}

static void longest_stretch(const int32_t *change, uint32_t n, uint32_t *begin, uint32_t *end)
{
    int64_t depth = 0;
    uint32_t from = 0;
    *begin = *end = 0;
    for (uint32_t i = 0; i < n; i++) {
        depth += change[i];
        if (depth < MIN_SPANNING)
            from = i + 1;
        else if (i + 1 - from > *end - *begin) {
            *begin = from;
            *end = i + 1;
        }
    }
}

/* Clips one copy to [begin, end); the genome side in proportion. */
static bool clip(rp_copy *copy, uint32_t begin, uint32_t end)
{
    const uint32_t from = copy->consensus_begin > begin ? copy->consensus_begin : begin;
    const uint32_t to = copy->consensus_end < end ? copy->consensus_end : end;
    if (from >= to)
        return false;
    const uint64_t genome = copy->end - copy->begin, length = copy->consensus_end - copy->consensus_begin;
    uint64_t off_begin = (from - copy->consensus_begin) * genome / length;
    uint64_t off_end = (copy->consensus_end - to) * genome / length;
    if (copy->reverse) {
        const uint64_t swap = off_begin;
        off_begin = off_end;
        off_end = swap;
    }
    copy->begin += off_begin;
    copy->end -= off_end;
    copy->consensus_begin = from - begin;
    copy->consensus_end = to - begin;
    copy->anchor_place = copy->anchor_place == RP_NO_ANCHOR || copy->anchor_place < begin || copy->anchor_place > end
                             ? RP_NO_ANCHOR
                             : copy->anchor_place - begin;
    return copy->begin < copy->end;
}

bool rp_trim(const rp_genome *genome, rp_codes *consensus, rp_copies *copies)
{
    const uint32_t n = (uint32_t)consensus->n;
    int32_t *spans = rp_alloc(n + 1, sizeof *spans), *depth = rp_alloc(n + 1, sizeof *depth);
    if (spans == NULL || depth == NULL) {
        free(spans);
        free(depth);
        return false;
    }
    for (size_t i = 0; i < copies->n; i++) {
        const rp_copy *copy = &copies->items[i];
        add_copy(spans, copy->consensus_begin, copy->consensus_end, n);
        add_span(depth, copy->consensus_begin, copy->consensus_end);
        if (i > 0 && collinear(&copies->items[i - 1], copy) &&
            rp_genome_same_contig(genome, copies->items[i - 1].begin, copy->begin))
            add_pair(spans, &copies->items[i - 1], copy);
    }
    uint32_t begin, end;
    longest_stretch(spans, n, &begin, &end);
    for (uint32_t i = 1; i < n; i++)
        depth[i] += depth[i - 1];
    /* The stretch lacks the flanks of the copies that end it: give them back. */
    for (unsigned i = 0; i < FLANK_BP && begin < end; i++) {
        begin -= begin > 0 && depth[begin - 1] >= MIN_SPANNING;
        end += end < n && depth[end] >= MIN_SPANNING;
    }
    while (begin + END_STEP_BP < end && 3 * depth[begin] < depth[begin + END_STEP_BP])
        begin++;
    while (begin + END_STEP_BP < end && 3 * depth[end - 1] < depth[end - 1 - END_STEP_BP])
        end--;
    free(spans);
    free(depth);
    size_t kept = 0;
    for (size_t i = 0; i < copies->n; i++)
        if (clip(&copies->items[i], begin, end))
            copies->items[kept++] = copies->items[i];
    copies->n = kept;
    memmove(consensus->items, consensus->items + begin, end - begin);
    consensus->n = end - begin;
    return true;
}
