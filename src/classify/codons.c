/* codons.c: mismatches by codon position; see codons.h. */
#include "classify/codons.h"

enum { MAX_PARTS = 64, MIN_MISMATCHES = 40 };

typedef struct codon_counts {
    const rp_found_family *family;
    const rp_traits *traits;
    uint64_t by_position[3];
} codon_counts;

static bool count_row(void *context, const rp_part *part, const rp_row *row)
{
    (void)part;
    codon_counts *counts = context;
    const rp_traits *traits = counts->traits;
    const uint8_t *consensus = counts->family->consensus->items;
    const uint32_t end = traits->orf_begin + traits->orf_bp;
    for (uint32_t c = row->begin > traits->orf_begin ? row->begin : traits->orf_begin; c < row->end && c < end; c++) {
        const uint8_t cell = row->cells.items[c - row->begin];
        if (!rp_code_is_base(cell) || cell == consensus[c])
            continue;
        counts->by_position[(traits->orf_reverse ? end - 1 - c : c - traits->orf_begin) % 3]++;
    }
    return true;
}

bool rp_codons_look(rp_row_reader *reader, const rp_found_family *family, rp_traits *traits)
{
    codon_counts counts = {.family = family, .traits = traits};
    const size_t n = family->n_parts < MAX_PARTS ? family->n_parts : MAX_PARTS;
    if (!rp_row_reader_run(reader, family->parts, n, count_row, &counts))
        return false;
    const uint64_t all = counts.by_position[0] + counts.by_position[1] + counts.by_position[2];
    if (all >= MIN_MISMATCHES)
        traits->third_position = (float)counts.by_position[2] / (float)all;
    return true;
}
