/* columns.c: an alignment column by column; see columns.h. */
#include "compare/columns.h"

bool rp_columns_score(rp_columns *columns, const rp_steps *steps, const uint8_t *query, const uint8_t *target)
{
    columns->n = 0;
    uint32_t at = 0; /* in the target */
    int32_t gap_score = 0;
    for (size_t s = 0; s < steps->n; s++) {
        const rp_step *step = &steps->items[s];
        const int32_t gap = RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE * (int32_t)step->length;
        if (step->kind == RP_STEP_INSERTION) {
            at += step->length;
            gap_score += gap;
            continue;
        }
        for (uint32_t i = 0; i < step->length; i++) {
            rp_column here = {.score = gap_score, .target_before = at, .paired = step->kind == RP_STEP_PAIR};
            gap_score = 0;
            if (here.paired) {
                here.matches = query[columns->n] == target[at] && rp_code_is_base(target[at]);
                here.score += here.matches ? RP_REALIGN_MATCH : RP_REALIGN_MISMATCH;
                at++;
            } else {
                here.score += RP_REALIGN_GAP_BASE + (i == 0 ? RP_REALIGN_GAP_OPEN : 0);
            }
            if (!rp_columns_push(columns, here))
                return false;
        }
    }
    return true;
}

int32_t rp_columns_best(const rp_columns *columns, rp_span within, rp_span *best)
{
    int32_t sum = 0, best_sum = 0;
    uint32_t from = within.begin;
    for (uint32_t i = within.begin; i < within.end; i++) {
        if (sum <= 0) {
            sum = 0;
            from = i;
        }
        sum += columns->items[i].score;
        if (sum > best_sum) {
            best_sum = sum;
            *best = (rp_span){from, i + 1};
        }
    }
    return best_sum;
}
