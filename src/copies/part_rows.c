/* part_rows.c: rows of parts, their divergence and counts; see part_rows.h. */
#include "copies/part_rows.h"

#include <math.h>
#include <string.h>

bool rp_parts_push(rp_parts *parts, const rp_part *part, rp_error *error)
{
    const size_t wanted = parts->n + 1;
    if (wanted > parts->block.bytes / sizeof *parts->items &&
        !rp_block_resize(&parts->block, (wanted + wanted / 4) * sizeof *parts->items, "parts of copies", error))
        return false;
    parts->items = parts->block.data;
    parts->items[parts->n++] = *part;
    return true;
}

void rp_parts_clear(rp_parts *parts)
{
    rp_block_free(&parts->block);
    *parts = (rp_parts){0};
}

rp_row_counts rp_row_count(const rp_row *row, const uint8_t *consensus)
{
    rp_row_counts counts = {0};
    for (uint32_t column = row->begin; column < row->end; column++) {
        const uint8_t cell = row->cells.items[column - row->begin];
        counts.deleted += cell == RP_CELL_GAP;
        counts.matches += cell == consensus[column];
        counts.mismatches += cell != RP_CELL_GAP && cell != consensus[column];
    }
    for (size_t i = 0; i < row->insertions.n; i++)
        counts.inserted += row->insertions.items[i].n;
    return counts;
}

static bool is_transition(uint8_t a, uint8_t b)
{
    return (a ^ b) == 2; /* A-G, C-T */
}

double rp_row_divergence(const rp_row *row, const uint8_t *consensus, uint32_t begin, uint32_t end)
{
    double transitions = 0, transversions = 0, pairs = 0;
    int at_cpg = 0; /* transitions in the CpG in hand */
    for (uint32_t c = begin; c < end; c++) {
        const uint8_t cell = row->cells.items[c - row->begin], base = consensus[c];
        if (!rp_code_is_base(base))
            continue; /* an N of the consensus says nothing */
        const bool first = base == RP_BASE_C && c + 1 < end && consensus[c + 1] == RP_BASE_G;
        const bool second = base == RP_BASE_G && c > begin && consensus[c - 1] == RP_BASE_C;
        if (first)
            at_cpg = 0;
        if (!rp_code_is_base(cell)) {
            if (second)
                transitions += at_cpg == 1 ? 0.1 : 0;
            continue;
        }
        pairs++;
        const bool transition = cell != base && is_transition(cell, base);
        transversions += cell != base && !transition;
        if (first || second)
            at_cpg += transition;
        else
            transitions += transition;
        if (second)
            transitions += at_cpg == 2 ? 1 : at_cpg == 1 ? 0.1 : 0;
    }
    if (pairs == 0)
        return 0;
    const double p = transitions / pairs, q = transversions / pairs;
    const double a = 1 - 2 * p - q, b = 1 - 2 * q;
    if (a <= 0.01 || b <= 0.01)
        return 100; /* saturated */
    const double divergence = 100 * -0.5 * log(a * sqrt(b));
    return divergence <= 0 ? 0 : divergence > 100 ? 100 : divergence; /* and no -0 */
}

/* Clips a row to the genome interval of a part of its alignment; *kept: the genome interval from its
 * first aligned base to its last. */
static void clip_row(const rp_part *part, rp_row *row, rp_interval *kept)
{
    const rp_alignment *whole = &part->alignment;
    /* genome bases to leave out at the row's left and right, on the consensus' strand */
    const uint64_t left = part->reverse ? whole->end - part->end : part->begin - whole->begin;
    const uint64_t keep = part->end - part->begin;
    *kept = (rp_interval){part->begin, part->end};
    if (keep == whole->end - whole->begin)
        return;
    uint64_t at = 0, first = 0, last = 0; /* genome bases before the column */
    size_t insertion = 0;
    uint32_t begin = row->end, end = row->begin;
    for (uint32_t column = row->begin; column < row->end; column++) {
        while (insertion < row->insertions.n && row->insertions.items[insertion].column <= column)
            at += row->insertions.items[insertion++].n;
        if (row->cells.items[column - row->begin] == RP_CELL_GAP)
            continue;
        if (at >= left && at < left + keep) {
            first = column < begin ? at : first;
            begin = column < begin ? column : begin;
            end = column + 1;
            last = at;
        }
        at++;
    }
    if (begin >= end)
        begin = end = row->begin; /* only inserted bases: an empty row */
    else if (part->reverse)
        *kept = (rp_interval){whole->end - last - 1, whole->end - first};
    else
        *kept = (rp_interval){whole->begin + first, whole->begin + last + 1};
    size_t n = 0;
    for (size_t i = 0; i < row->insertions.n; i++)
        if (row->insertions.items[i].column > begin && row->insertions.items[i].column < end)
            row->insertions.items[n++] = row->insertions.items[i];
    row->insertions.n = n;
    memmove(row->cells.items, row->cells.items + (begin - row->begin), end - begin);
    row->cells.n = end - begin;
    row->begin = begin;
    row->end = end;
}

bool rp_part_row(const rp_row_store *store, const rp_genome *genome, uint32_t consensus_bp, const rp_part *part,
                 rp_steps steps[2], rp_row *row, rp_interval *kept)
{
    const rp_query strands[2] = {{.length = consensus_bp}, {.length = consensus_bp}};
    rp_alignment whole = part->alignment;
    whole.query = part->reverse;
    if (!rp_row_store_read(store, part->path, steps) ||
        !rp_row_make(genome, strands, &whole, &steps[0], &steps[1], row))
        return false;
    clip_row(part, row, kept);
    return true;
}
