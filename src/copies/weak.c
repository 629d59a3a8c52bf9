/* weak.c: see weak.h. */
#include "copies/weak.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"

enum {
    WEAK_REACH_BP = 1000,      /* how near a weak alignment must be to a strong one, on genome and consensus */
    WEAK_OVERLAP_BP = 60,
    LOOK_BACK_BP = 10000, /* of alignments that begin further left, none is looked for */
};

static int compare_by_query(const void *left, const void *right)
{
    const rp_alignment *a = left, *b = right;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    return rp_alignment_compare_places(a, b);
}

/* Whether b, to the right, goes on where a ends, on the genome and on the consensus. */
static bool goes_on(const rp_alignment *a, const rp_alignment *b)
{
    const int64_t genome = (int64_t)b->begin - (int64_t)a->end;
    const int64_t query = (int64_t)b->query_begin - (int64_t)a->query_end;
    return genome >= -WEAK_OVERLAP_BP && genome <= WEAK_REACH_BP && query >= -WEAK_OVERLAP_BP && query <= WEAK_REACH_BP;
}

/* Whether a strong alignment of the same query stands beside alignment i. */
static bool has_strong_neighbour(const rp_alignments *found, size_t i, int min_score)
{
    const rp_alignment *here = &found->items[i];
    for (size_t j = i;
         j-- > 0 && found->items[j].query == here->query && here->begin < found->items[j].begin + LOOK_BACK_BP;)
        if (found->items[j].evidence >= min_score && goes_on(&found->items[j], here))
            return true;
    for (size_t j = i + 1;
         j < found->n && found->items[j].query == here->query && found->items[j].begin <= here->end + WEAK_REACH_BP;
         j++)
        if (found->items[j].evidence >= min_score && goes_on(here, &found->items[j]))
            return true;
    return false;
}

bool rp_weak_drop(rp_alignments *found, int min_score)
{
    bool *kept = rp_alloc(found->n, sizeof *kept);
    if (kept == NULL)
        return false;
    rp_sort(found->items, found->n, sizeof *found->items, compare_by_query);
    for (size_t i = 0; i < found->n; i++)
        kept[i] = found->items[i].evidence >= min_score || has_strong_neighbour(found, i, min_score);
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++)
        if (kept[i])
            found->items[n++] = found->items[i];
    found->n = n;
    free(kept);
    return true;
}
