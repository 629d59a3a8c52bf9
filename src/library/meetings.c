/* meetings.c: looks along the genome for copies that stand side by side; see meetings.h. */
#include "library/meetings.h"

#include <stdlib.h>

#include "base/sort.h"

enum {
    MIN_GAP_BP = -30,
    NEAR_BP = 200,      /* at most so far from an end stands the interior point of another family, */
    MAX_GAP_BP = 1000,  /* and another end, when what was inserted there is left out */
    REACH_BP = 10000,   /* with what was inserted: the longest elements */
    MAX_NEIGHBOURS = 64, /* on one side of a copy */
    GAP_SLACK_BP = 20 /* distances that differ by no more, and a tenth, are one */
};

/* A copy on the genome. */
typedef struct standing {
    uint64_t begin, end;
    uint32_t family, copy;
} standing;

/* All copies, in genome order. */
typedef struct standings {
    const rp_library *library;
    standing *items;
    size_t n;
} standings;

static int compare_standings(const void *left, const void *right)
{
    const standing *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return (a->copy > b->copy) - (a->copy < b->copy);
}

static rp_side facing_side(const rp_library *library, const standing *one, bool right)
{
    const rp_family *family = &library->items[one->family];
    const rp_copy *copy = &family->copies.items[one->copy];
    const uint32_t length = (uint32_t)family->consensus.n;
    rp_side out = {.family = one->family, .end = copy->reverse != right};
    out.point = out.end ? copy->consensus_end : copy->consensus_begin;
    out.reaches =
        out.end ? length - copy->consensus_end <= RP_MEETING_SLACK_BP : copy->consensus_begin <= RP_MEETING_SLACK_BP;
    return out;
}

/* Whether a copy runs on to the end of its consensus that lies away from the meeting. */
static bool runs_on(const rp_library *library, const rp_side *from, uint32_t copy_index)
{
    const rp_family *family = &library->items[from->family];
    const rp_copy *copy = &family->copies.items[copy_index];
    return from->end ? copy->consensus_begin <= RP_MEETING_SLACK_BP
                     : family->consensus.n - copy->consensus_end <= RP_MEETING_SLACK_BP;
}

static bool add_meeting(const rp_library *library, const standing *left, const standing *right, uint64_t inserted_bp,
                        rp_meetings *meetings)
{
    const int64_t apart = (int64_t)right->begin - (int64_t)left->end;
    rp_meeting one = {.first = facing_side(library, left, true),
                      .second = facing_side(library, right, false),
                      .gap = (int32_t)(apart - (int64_t)inserted_bp),
                      .inserted_bp = (uint32_t)inserted_bp,
                      .gap_begin = left->end,
                      .second_copy = right->copy};
    if ((!one.first.reaches && !one.second.reaches) || (apart > NEAR_BP && !(one.first.reaches && one.second.reaches)))
        return true;
    /* Put the end that is reached first; between two, the smaller family. */
    const bool swap = one.first.reaches == one.second.reaches
                          ? one.first.family > one.second.family ||
                                (one.first.family == one.second.family && one.first.end > one.second.end)
                          : one.second.reaches;
    if (swap) {
        const rp_side first = one.first;
        one.first = one.second;
        one.second = first;
        one.reverse = true;
        one.second_copy = left->copy;
    }
    if (!one.second.reaches && !runs_on(library, &one.second, one.second_copy))
        return true;
    return rp_meetings_push(meetings, one);
}

/* Adds the meetings of one copy with those that stand to its right. Beyond another copy of its own family it meets
 * none. */
static bool add_meetings_of(const standings *all, size_t which, uint64_t contig_end, rp_meetings *meetings)
{
    const standing *left = &all->items[which];
    uint64_t inserted_bp = 0, filled_to = left->end;
    const size_t end = all->n - which > MAX_NEIGHBOURS ? which + 1 + MAX_NEIGHBOURS : all->n;
    for (size_t i = which + 1; i < end; i++) {
        const standing *right = &all->items[i];
        if (right->begin >= contig_end || right->begin > left->end + REACH_BP)
            break;
        const uint64_t apart = right->begin > left->end ? right->begin - left->end : 0;
        const uint64_t between = inserted_bp < apart ? inserted_bp : apart;
        if (right->begin >= filled_to && apart - between > MAX_GAP_BP)
            break;
        if (right->family == left->family && right->begin >= left->end)
            break;
        if ((int64_t)right->begin >= (int64_t)left->end + MIN_GAP_BP && right->end > left->end &&
            right->family != left->family && !add_meeting(all->library, left, right, between, meetings))
            return false;
        if (right->end > filled_to) {
            inserted_bp += right->end - (right->begin > filled_to ? right->begin : filled_to);
            filled_to = right->end;
        }
    }
    return true;
}

static int compare_meetings(const void *left, const void *right)
{
    const rp_meeting *a = left, *b = right;
    if (a->second.reaches != b->second.reaches)
        return a->second.reaches ? -1 : 1;
    if (a->first.family != b->first.family)
        return a->first.family < b->first.family ? -1 : 1;
    if (a->first.end != b->first.end)
        return a->first.end ? 1 : -1;
    if (a->second.family != b->second.family)
        return a->second.family < b->second.family ? -1 : 1;
    if (a->second.end != b->second.end)
        return a->second.end ? 1 : -1;
    if (!a->second.reaches && a->second.point != b->second.point)
        return a->second.point < b->second.point ? -1 : 1;
    const int64_t gap = a->second.reaches ? (int64_t)a->gap - b->gap : (int64_t)llabs(a->gap) - llabs(b->gap);
    if (gap != 0)
        return gap < 0 ? -1 : 1;
    return (a->gap_begin > b->gap_begin) - (a->gap_begin < b->gap_begin);
}

bool rp_meetings_alike(const rp_meeting *a, const rp_meeting *b)
{
    return a->first.family == b->first.family && a->first.end == b->first.end && a->second.family == b->second.family &&
           a->second.end == b->second.end && a->second.reaches == b->second.reaches;
}

static bool list_standings(const rp_library *library, standings *all)
{
    size_t n = 0;
    for (size_t f = 0; f < library->n; f++)
        n += library->items[f].tandem || library->items[f].consensus.n == 0 ? 0 : library->items[f].copies.n;
    *all = (standings){library, rp_alloc(n, sizeof *all->items), 0};
    for (size_t f = 0; all->items != NULL && f < library->n; f++) {
        const rp_family *family = &library->items[f];
        for (size_t i = 0; i < family->copies.n && !family->tandem && family->consensus.n > 0; i++)
            all->items[all->n++] =
                (standing){family->copies.items[i].begin, family->copies.items[i].end, (uint32_t)f, (uint32_t)i};
    }
    return all->items != NULL;
}

bool rp_meetings_find(const rp_genome *genome, const rp_library *library, unsigned n_threads, rp_meetings *meetings,
                      rp_error *error)
{
    standings all;
    meetings->n = 0;
    if (!list_standings(library, &all))
        return rp_error_memory(error, "joining families");
    if (!rp_sort_parallel(all.items, all.n, sizeof *all.items, compare_standings, n_threads, error)) {
        free(all.items);
        return false;
    }
    bool ok = true;
    uint64_t contig_end = 0;
    for (size_t i = 0; i < all.n && ok; i++) {
        if (all.items[i].begin >= contig_end) {
            const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, all.items[i].begin)];
            contig_end = contig->begin + contig->length_bp;
        }
        ok = add_meetings_of(&all, i, contig_end, meetings);
    }
    free(all.items);
    return ok ? rp_sort_parallel(meetings->items, meetings->n, sizeof *meetings->items, compare_meetings, n_threads,
                                 error)
              : rp_error_memory(error, "joining families");
}

void rp_meetings_distance(const rp_meeting *items, size_t *begin, size_t *end)
{
    size_t best = *begin, n_best = 0;
    for (size_t i = *begin, j = *begin; j < *end; j++) {
        while (items[j].gap - items[i].gap > GAP_SLACK_BP + abs(items[j].gap) / 10)
            i++;
        if (j + 1 - i > n_best) {
            best = i;
            n_best = j + 1 - i;
        }
    }
    *begin = best;
    *end = best + n_best;
}

size_t rp_meetings_tightest(const rp_meeting *items, size_t begin, size_t end)
{
    size_t best = begin;
    for (size_t i = begin + 1; i < end; i++)
        if (items[i].inserted_bp < items[best].inserted_bp ||
            (items[i].inserted_bp == items[best].inserted_bp && abs(items[i].gap) < abs(items[best].gap)))
            best = i;
    return best;
}
