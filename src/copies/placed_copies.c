/* placed_copies.c: parts gathered to copies; see placed_copies.h. */
#include "copies/placed_copies.h"

bool rp_placed_copies_gather(const rp_findings *findings, const rp_found_family *family, rp_placed_copies *copies)
{
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < family->n_parts; i++) {
        const rp_part *part = &findings->parts.items[family->parts[i]];
        if (copies->n == 0 || part->copy != last) {
            if (!rp_placed_copies_push(copies, (rp_placed_copy){part->begin, part->end, part->consensus_begin,
                                                                part->consensus_end, part->reverse, i, 1}))
                return false;
            last = part->copy;
            continue;
        }
        rp_placed_copy *copy = &copies->items[copies->n - 1];
        copy->end = part->end;
        copy->n_parts++;
        copy->consensus_begin =
            part->consensus_begin < copy->consensus_begin ? part->consensus_begin : copy->consensus_begin;
        copy->consensus_end = part->consensus_end > copy->consensus_end ? part->consensus_end : copy->consensus_end;
    }
    return true;
}
