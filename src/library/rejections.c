/* rejections.c: see rejections.h. */
#include "library/rejections.h"

#include <stdlib.h>

#include "base/sort.h"

enum { BASES_A_BYTE = 4 }; /* of a genome as it is held */

static int compare_rejections(const void *left, const void *right)
{
    const rp_rejection *a = left, *b = right;
    if (a->base != b->base)
        return a->base < b->base ? -1 : 1;
    if (a->piece != b->piece)
        return a->piece < b->piece ? -1 : 1;
    if (a->base_end != b->base_end)
        return a->base_end ? 1 : -1;
    return a->piece_end - b->piece_end;
}

void rp_rejections_sort(rp_rejections *rejections)
{
    rp_sort(rejections->items, rejections->n, sizeof *rejections->items, compare_rejections);
}

static bool is_same_gap(const rp_meeting *a, const rp_meeting *b)
{
    return a->gap == b->gap && a->inserted_bp == b->inserted_bp && a->gap_begin == b->gap_begin &&
           a->reverse == b->reverse;
}

bool rp_rejections_take(rp_rejections *rejections, rp_rejection *here)
{
    if (rejections->n == 0)
        return false;
    rp_rejection *found = bsearch(here, rejections->items, rejections->n, sizeof *here, compare_rejections);
    if (found == NULL || !is_same_gap(&found->tightest, &here->tightest))
        return false;
    here->reads = found->reads;
    here->version = found->version;
    found->reads = (rp_reads){0};
    return true;
}

bool rp_kept_reads_add(rp_kept_reads *kept, const rp_genome *genome, const rp_reads *reads)
{
    const uint64_t bytes = reads->n * sizeof *reads->blocks;
    if (rp_account_is_short() || kept->bytes + bytes > genome->length_bp / BASES_A_BYTE)
        return false;
    kept->bytes += bytes;
    if (kept->bytes > kept->most.bytes)
        rp_lease_set(&kept->most, kept->bytes);
    return true;
}

void rp_rejections_clear(rp_rejections *rejections)
{
    for (size_t i = 0; i < rejections->n; i++)
        rp_reads_clear(&rejections->items[i].reads);
    free(rejections->items);
    *rejections = (rp_rejections){0};
}
