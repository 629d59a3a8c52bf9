/* called_copies.c: parts gathered to copies; see called_copies.h. */
#include "copies/called_copies.h"

#include <stdlib.h>

#include "base/memory.h"

const char *const rp_copy_kind_name[RP_N_COPY_KINDS] = {[RP_COPY_FULL] = "full",
                                                        [RP_COPY_DELETED] = "deleted",
                                                        [RP_COPY_SOLO] = "solo",
                                                        [RP_COPY_TRUNCATED_5] = "truncated_5",
                                                        [RP_COPY_TRUNCATED_3] = "truncated_3",
                                                        [RP_COPY_TRUNCATED_BOTH] = "truncated_both"};

/* Bases that an alignment has and its part has not, at one end; 0 where they are more than chance has. */
static uint32_t overlap(uint64_t outer, uint64_t inner)
{
    const uint64_t bp = outer > inner ? outer - inner : 0;
    return bp <= RP_OVERLAP_BP ? (uint32_t)bp : 0;
}

static void take_part(rp_called_copy *copy, const rp_part *part, size_t which)
{
    const uint32_t on_left = overlap(part->begin, part->alignment.begin),
                   on_right = overlap(part->alignment.end, part->end), before = part->reverse ? on_right : on_left,
                   behind = part->reverse ? on_left : on_right;
    const uint32_t reach_begin = part->consensus_begin > before ? part->consensus_begin - before : 0,
                   reach_end = part->consensus_end + behind;
    if (copy->n_parts == 0) {
        copy->reach_begin = reach_begin;
        copy->reach_end = reach_end;
        copy->begin = part->begin;
        copy->first_part = which;
        copy->consensus_begin = part->consensus_begin;
        copy->consensus_end = part->consensus_end;
    }
    copy->n_parts++;
    copy->end = part->end > copy->end ? part->end : copy->end;
    if (part->consensus_begin < copy->consensus_begin)
        copy->consensus_begin = part->consensus_begin;
    if (part->consensus_end > copy->consensus_end)
        copy->consensus_end = part->consensus_end;
    copy->reach_begin = reach_begin < copy->reach_begin ? reach_begin : copy->reach_begin;
    copy->reach_end = reach_end > copy->reach_end ? reach_end : copy->reach_end;
    copy->counts.matches += part->counts.matches;
    copy->counts.mismatches += part->counts.mismatches;
    copy->counts.deleted += part->counts.deleted;
    copy->counts.inserted += part->counts.inserted;
}

/* A copy of which parts are yet to come. */
typedef struct open_copy {
    uint32_t copy, parts_left;
    uint64_t gap_end;       /* where its next part begins */
} open_copy;

RP_ARRAY(open_copies, open_copy);

/* Where the copy of a part goes on; there is a further part. */
static uint64_t next_begin(const rp_parts *parts, size_t which)
{
    const uint32_t copy = parts->items[which].copy;
    do
        which++;
    while (parts->items[which].copy != copy);
    return parts->items[which].begin;
}

/* Finds the host of each copy: of those whose gap holds all of it, the one with the nearest part. */
static bool find_hosts(rp_called_copies *copies, const rp_parts *parts)
{
    open_copies open = {0}; /* those whose parts are nearest stand last */
    bool ok = true;
    for (size_t i = 0; ok && i < parts->n; i++) {
        const uint32_t number = parts->items[i].copy;
        rp_called_copy *copy = &copies->items[number];
        uint32_t parts_left = copy->n_parts - 1;
        if (copy->first_part == i) {
            copy->host = RP_NO_HOST;
            for (size_t o = open.n; copy->host == RP_NO_HOST && o-- > 0;)
                if (open.items[o].gap_end >= copy->end)
                    copy->host = open.items[o].copy;
            copy->level = copy->host == RP_NO_HOST ? 0 : copies->items[copy->host].level + 1;
            if (copy->host != RP_NO_HOST)
                copies->items[copy->host].n_guests++;
        } else {
            size_t at = 0;
            while (open.items[at].copy != number)
                at++;
            parts_left = open.items[at].parts_left - 1;
            for (; at + 1 < open.n; at++)
                open.items[at] = open.items[at + 1];
            open.n--;
        }
        if (parts_left > 0)
            ok = open_copies_push(&open, (open_copy){number, parts_left, next_begin(parts, i)});
    }
    free(open.items);
    return ok;
}

bool rp_called_copies_gather(rp_called_copies *copies, const rp_parts *parts, rp_error *error)
{
    size_t n = 0;
    for (size_t i = 0; i < parts->n; i++)
        n = parts->items[i].copy >= n ? (size_t)parts->items[i].copy + 1 : n;
    rp_called_copies_clear(copies);
    if (!rp_block_resize(&copies->block, n * sizeof *copies->items, "copies", error))
        return false;
    copies->items = copies->block.data;
    copies->n = n;
    for (size_t i = 0; i < parts->n; i++)
        take_part(&copies->items[parts->items[i].copy], &parts->items[i], i);
    return find_hosts(copies, parts) || rp_error_memory(error, "copies");
}

void rp_called_copies_clear(rp_called_copies *copies)
{
    rp_block_free(&copies->block);
    *copies = (rp_called_copies){0};
}
