/* likeness.c: chains of alignments; see likeness.h. */
#include "merge/likeness.h"

#include <stdlib.h>

#include "compare/spans.h"

enum {
    OVERLAP_BP = 50,           /* of alignments that follow each other */
    QUERY_GAP_BP = 30,         /* that the query may have where the target has something that the query lacks */
    MAX_HITS = 400             /* that are chained: what has more is one repeat throughout */
};

/* A hit in a chain, with the target as the query's strand reads it. */
typedef struct rp_link {
    uint32_t query_begin, query_end, target_begin, target_end;
    uint32_t matches, mismatches;
    uint64_t best;             /* matches of the best chain that ends here */
    size_t previous;           /* in it; itself: none */
} rp_link;

typedef struct bounds {
    uint32_t query_gap_bp, target_gap_bp;
} bounds;

void rp_likeness_scratch_clear(rp_likeness_scratch *scratch)
{
    free(scratch->links);
    *scratch = (rp_likeness_scratch){0};
}

double rp_likeness_identity(const rp_likeness *like)
{
    const uint64_t pairs = like->matches + like->mismatches;
    return pairs == 0 ? 0 : (double)like->matches / (double)pairs;
}

static bool follows(const rp_link *a, const rp_link *b, bounds most)
{
    return b->query_begin > a->query_begin && b->query_end > a->query_end && b->target_begin > a->target_begin &&
           b->target_end > a->target_end && b->query_begin + OVERLAP_BP >= a->query_end &&
           b->target_begin + OVERLAP_BP >= a->target_end &&
           (b->query_begin <= a->query_end || b->query_begin - a->query_end <= most.query_gap_bp) &&
           (b->target_begin <= a->target_end || b->target_begin - a->target_end <= most.target_gap_bp);
}

/* Chains the links that lie within both spans; the last link of the best chain, n: there is none. */
static size_t chain(rp_link *links, size_t n, bounds most, rp_span query, rp_span target)
{
    size_t last = n;
    for (size_t i = 0; i < n; i++) {
        rp_link *here = &links[i];
        here->best = 0;
        here->previous = i;
        if (here->query_begin < query.begin || here->query_end > query.end || here->target_begin < target.begin ||
            here->target_end > target.end)
            continue;
        for (size_t j = 0; j < i; j++)
            if (links[j].best > here->best && follows(&links[j], here, most)) {
                here->best = links[j].best;
                here->previous = j;
            }
        here->best += here->matches;
        if (last == n || here->best > links[last].best)
            last = i;
    }
    return last;
}

/* Adds up a chain; *widest: the most that it passes over on the target and not on the query. */
static rp_likeness add_up(const rp_link *links, size_t last, rp_missing *widest)
{
    rp_likeness sum = {.query_end = links[last].query_end, .target_end = links[last].target_end};
    *widest = (rp_missing){0, 0};
    uint32_t query_from = links[last].query_end, target_from = links[last].target_end;
    for (size_t i = last;; i = links[i].previous) {
        const rp_link *here = &links[i];
        sum.matches += here->matches;
        sum.mismatches += here->mismatches;
        if (i != last && target_from > here->target_end &&
            target_from - here->target_end > widest->end - widest->begin &&
            query_from <= here->query_end + QUERY_GAP_BP)
            *widest = (rp_missing){here->target_end, target_from};
        sum.covered += (here->query_end < query_from ? here->query_end : query_from) - here->query_begin;
        sum.target_covered += (here->target_end < target_from ? here->target_end : target_from) - here->target_begin;
        query_from = sum.query_begin = here->query_begin;
        target_from = sum.target_begin = here->target_begin;
        if (here->previous == i)
            return sum;
    }
}

/* Adds the other half of a rotation, if there is one: it goes on behind the first one on the query and stands before it
 * on the target, or the other way round. On the query the two may overlap: by an LTR, which the target has twice. */
static void add_rotated(rp_link *links, size_t n, bounds most, uint32_t query_bp, uint32_t target_bp, rp_likeness *like)
{
    const uint32_t more = most.target_gap_bp; /* than once round */
    for (int behind = 0; behind < 2; behind++) {
        const rp_span query = behind ? (rp_span){like->query_begin, query_bp} : (rp_span){0, like->query_end};
        const rp_span target =
            behind ? (rp_span){0, like->target_begin + more}
                   : (rp_span){like->target_end - (like->target_end < more ? like->target_end : more), target_bp};
        const size_t last = chain(links, n, most, query, target);
        if (last == n)
            continue;
        rp_missing widest;
        const rp_likeness other = add_up(links, last, &widest);
        const uint32_t far = behind ? other.query_end : like->query_end,
                       near = behind ? like->query_end : other.query_end;
        const uint32_t from = behind ? other.query_begin : like->query_begin;
        if ((behind ? far <= near : other.query_begin >= like->query_begin) || from > near + most.query_gap_bp)
            continue;
        const uint32_t overlap = near > from ? near - from : 0;
        like->rotated = true;
        like->matches += other.matches;
        like->mismatches += other.mismatches;
        like->covered += other.covered > overlap ? other.covered - overlap : 0;
        like->target_covered += other.target_covered;
        return;
    }
}

static int compare_links(const void *left, const void *right)
{
    const rp_link *a = left, *b = right;
    if (a->query_begin != b->query_begin)
        return a->query_begin < b->query_begin ? -1 : 1;
    if (a->query_end != b->query_end)
        return a->query_end < b->query_end ? -1 : 1;
    if (a->target_begin != b->target_begin)
        return a->target_begin < b->target_begin ? -1 : 1;
    return (a->target_end > b->target_end) - (a->target_end < b->target_end);
}

static int compare_matches(const void *left, const void *right)
{
    const rp_link *a = left, *b = right;
    return a->matches != b->matches ? (a->matches > b->matches ? -1 : 1) : compare_links(left, right);
}

/* Fills in the links; how many they are. */
static size_t make_links(const rp_pair_hit *hits, size_t n, uint32_t target_bp, rp_link *links)
{
    for (size_t i = 0; i < n; i++) {
        const rp_pair_hit *hit = &hits[i];
        links[i] = (rp_link){.query_begin = hit->query_begin,
                             .query_end = hit->query_end,
                             .target_begin = hit->reverse ? target_bp - hit->target_end : hit->target_begin,
                             .target_end = hit->reverse ? target_bp - hit->target_begin : hit->target_end,
                             .matches = hit->matches,
                             .mismatches = hit->mismatches};
    }
    if (n > MAX_HITS) {
        qsort(links, n, sizeof *links, compare_matches);
        n = MAX_HITS;
    }
    qsort(links, n, sizeof *links, compare_links);
    return n;
}

bool rp_liken(const rp_pair_hit *hits, size_t n, uint32_t query_bp, uint32_t target_bp, uint32_t max_gap_bp,
              rp_likeness_scratch *scratch, rp_likeness *like, rp_missing *missing)
{
    if (!rp_reserve((void **)&scratch->links, &scratch->capacity, n, sizeof *scratch->links))
        return false;
    rp_link *links = scratch->links;
    n = make_links(hits, n, target_bp, links);
    rp_missing none;
    const rp_span query = {0, query_bp}, target = {0, target_bp};
    (void)add_up(links, chain(links, n, (bounds){max_gap_bp, target_bp}, query, target), missing);
    const bounds most = {max_gap_bp, max_gap_bp};
    *like = add_up(links, chain(links, n, most, query, target), &none);
    if (like->covered + max_gap_bp < query_bp)
        add_rotated(links, n, most, query_bp, target_bp, like);
    if (hits[0].reverse) {
        const uint32_t begin = like->target_begin;
        like->reverse = true;
        like->target_begin = target_bp - like->target_end;
        like->target_end = target_bp - begin;
        *missing = (rp_missing){target_bp - missing->end, target_bp - missing->begin};
    }
    return true;
}
