/* codons.c: mismatches by codon position; see codons.h. */
#include "classify/codons.h"

enum { MAX_PARTS = 64, MIN_MISMATCHES = 40 };

/* The row's mismatches in the frame, by codon position. */
static void count_row(const rp_row *row, const uint8_t *consensus, const rp_traits *traits, uint64_t by_position[3])
{
    const uint32_t end = traits->orf_begin + traits->orf_bp;
    for (uint32_t c = row->begin > traits->orf_begin ? row->begin : traits->orf_begin; c < row->end && c < end; c++) {
        const uint8_t cell = row->cells.items[c - row->begin];
        if (!rp_code_is_base(cell) || cell == consensus[c])
            continue;
        by_position[(traits->orf_reverse ? end - 1 - c : c - traits->orf_begin) % 3]++;
    }
}

bool rp_codons_look(rp_row_reader *reader, const rp_findings *findings, const rp_found_family *family,
                    rp_traits *traits)
{
    const size_t n = family->n_parts < MAX_PARTS ? family->n_parts : MAX_PARTS;
    uint64_t by_position[3] = {0};
    rp_row row = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = rp_row_read(reader, findings, &findings->parts.items[family->parts[i]], &row);
        if (ok)
            count_row(&row, family->consensus->items, traits, by_position);
    }
    rp_row_clear(&row);
    const uint64_t all = by_position[0] + by_position[1] + by_position[2];
    if (ok && all >= MIN_MISMATCHES)
        traits->third_position = (float)by_position[2] / (float)all;
    return ok;
}
