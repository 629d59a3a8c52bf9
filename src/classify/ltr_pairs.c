/* ltr_pairs.c: see ltr_pairs.h. */
#include "classify/ltr_pairs.h"

#include <math.h>
#include <stdlib.h>

enum {
    PAD_BP = 32,             /* the band on either side, as wide as that in which copies are aligned */
    MIN_HELD_PERCENT = 80    /* of an LTR */
};

void rp_ltr_scratch_clear(rp_ltr_scratch *scratch)
{
    rp_row_reader_clear(&scratch->reader);
    rp_row_clear(&scratch->row);
    for (int i = 0; i < 2; i++)
        free(scratch->ltrs[i].items);
    rp_realigner_clear(&scratch->realigner);
    free(scratch->steps.items);
    *scratch = (rp_ltr_scratch){0};
}

bool rp_pair_distance_of(rp_ltr_scratch *scratch, const rp_codes *left, const rp_codes *right, rp_pair_distance *out)
{
    double pairs = 0, transitions = 0, transversions = 0;
    size_t a = 0, b = 0;
    *out = (rp_pair_distance){0, -1};
    if (!rp_realign(&scratch->realigner, left->items, (uint32_t)left->n, right->items, (uint32_t)right->n, PAD_BP,
                    &scratch->steps))
        return false;
    for (size_t s = 0; s < scratch->steps.n; s++) {
        const rp_step step = scratch->steps.items[s];
        for (uint32_t i = 0; i < step.length && step.kind == RP_STEP_PAIR; i++) {
            const uint8_t x = left->items[a + i], y = right->items[b + i];
            if (!rp_code_is_base(x) || !rp_code_is_base(y))
                continue;
            pairs++;
            transitions += (x ^ y) == 2; /* A-G, C-T */
            transversions += x != y && (x ^ y) != 2;
        }
        a += step.kind != RP_STEP_INSERTION ? step.length : 0;
        b += step.kind != RP_STEP_DELETION ? step.length : 0;
    }
    if (pairs == 0)
        return true;
    const double p = transitions / pairs, q = transversions / pairs;
    out->identity = 1 - p - q;
    if (1 - 2 * p - q > 0.01 && 1 - 2 * q > 0.01)
        out->distance = fmax(0, -0.5 * log((1 - 2 * p - q) * sqrt(1 - 2 * q)));
    return true;
}

/* What a copy has of one LTR. */
typedef struct ltr_piece {
    uint32_t begin, end;     /* on the consensus */
    uint32_t held;           /* bases of these */
    uint64_t first, last;    /* genome positions of the outermost bases; first > last: none */
    rp_codes *bases;         /* as the consensus reads */
} ltr_piece;

static bool take_base(ltr_piece *ltr, uint8_t base, uint64_t position)
{
    ltr->first = position < ltr->first ? position : ltr->first;
    ltr->last = position > ltr->last ? position : ltr->last;
    return rp_codes_push(ltr->bases, base);
}

/* Takes what the row of a part has within the LTR, from consensus position *done on. */
static bool take_row(ltr_piece *ltr, const rp_part *part, const rp_row *row, uint32_t done)
{
    uint64_t at = 0; /* genome bases before the column */
    size_t insertion = 0;
    bool ok = true;
    for (uint32_t column = row->begin; ok && column < row->end; column++) {
        const bool inside = column >= ltr->begin && column < ltr->end && column >= done;
        for (; insertion < row->insertions.n && row->insertions.items[insertion].column <= column; insertion++) {
            const rp_insertion *more = &row->insertions.items[insertion];
            for (uint32_t i = 0; ok && i < more->n && inside && column > ltr->begin; i++)
                ok = rp_codes_push(ltr->bases, row->inserted.items[more->first + i]);
            at += more->n;
        }
        const uint8_t cell = row->cells.items[column - row->begin];
        if (cell == RP_CELL_GAP)
            continue;
        if (inside) {
            ltr->held++;
            ok = ok && take_base(ltr, cell, part->reverse ? part->end - 1 - at : part->begin + at);
        }
        at++;
    }
    return ok;
}

static bool read_ltrs(rp_ltr_scratch *scratch, const rp_findings *findings, const rp_called_copy *copy,
                      ltr_piece ltrs[2])
{
    const bool reverse = findings->parts.items[copy->first_part].reverse;
    const uint32_t number = findings->parts.items[copy->first_part].copy;
    size_t at = (size_t)copy->first_part;
    uint32_t done = 0;
    bool ok = true;
    if (reverse) /* the consensus is read from its begin on */
        for (uint32_t left = copy->n_parts - 1; left > 0; left -= findings->parts.items[at].copy == number)
            at++;
    for (uint32_t i = 0; ok && i < copy->n_parts; i++) {
        const rp_part *part = &findings->parts.items[at];
        ok = rp_row_read(&scratch->reader, findings, part, &scratch->row) &&
             take_row(&ltrs[0], part, &scratch->row, done) && take_row(&ltrs[1], part, &scratch->row, done);
        done = part->consensus_end;
        if (i + 1 < copy->n_parts)
            do
                at = reverse ? at - 1 : at + 1;
            while (findings->parts.items[at].copy != number);
    }
    return ok;
}

bool rp_ltr_pair_look(rp_ltr_scratch *scratch, const rp_findings *findings, rp_called_copy *copy)
{
    const rp_part *first = &findings->parts.items[copy->first_part];
    const rp_traits *traits = &findings->families[first->family].traits;
    ltr_piece ltrs[2] = {{.begin = traits->ltr_begin, .end = traits->ltr_begin + traits->ltr_bp},
                         {.begin = traits->ltr_right_begin, .end = traits->ltr_right_end}};
    for (int i = 0; i < 2; i++) {
        ltrs[i].first = UINT64_MAX;
        ltrs[i].bases = &scratch->ltrs[i];
        scratch->ltrs[i].n = 0;
    }
    if (!read_ltrs(scratch, findings, copy, ltrs))
        return false;
    for (int i = 0; i < 2; i++)
        if (100 * (uint64_t)ltrs[i].held < MIN_HELD_PERCENT * (uint64_t)(ltrs[i].end - ltrs[i].begin))
            return true;
    rp_pair_distance pair;
    if (!rp_pair_distance_of(scratch, ltrs[0].bases, ltrs[1].bases, &pair))
        return false;
    for (int i = 0; i < 2; i++) {
        const ltr_piece *ltr = &ltrs[first->reverse ? 1 - i : i];
        copy->ltrs[i][0] = (uint32_t)(ltr->first - copy->begin);
        copy->ltrs[i][1] = (uint32_t)(ltr->last + 1 - copy->begin);
    }
    copy->ltr_identity = (float)pair.identity;
    copy->ltr_distance = (float)pair.distance;
    return true;
}
