/* band_reference.c: the plain version of the band's rows, lane by lane, which defines the results. See band.h. */
#include "align/band.h"

static int16_t saturate(int value)
{
    return (int16_t)(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

static int16_t larger(int16_t a, int16_t b)
{
    return a > b ? a : b;
}

static void set_bit(uint32_t *word, unsigned lane, int on)
{
    *word = (*word & ~((uint32_t)1 << lane)) | (uint32_t)on << lane;
}

static void advance_lane(rp_band *band, unsigned lane, unsigned r, rp_trace_row *trace)
{
    int16_t left = RP_SCORE_NONE, insertion = RP_SCORE_NONE, row_best = RP_SCORE_NONE, row_cell = 0;
    int16_t diagonal = band->score[0][lane];
    for (int j = 0; j < RP_BAND; j++) {
        const int16_t up = band->score[j + 1][lane];
        const int16_t deletion_opened = saturate(up + RP_SCORE_GAP_FIRST);
        const int16_t deletion_extended = saturate(band->deletion[j + 1][lane] + RP_SCORE_GAP_NEXT);
        const int16_t deletion = larger(deletion_opened, deletion_extended);
        const int16_t insertion_opened = saturate(left + RP_SCORE_GAP_FIRST);
        const int16_t insertion_extended = saturate(insertion + RP_SCORE_GAP_NEXT);
        insertion = larger(insertion_opened, insertion_extended);
        const int same = band->query[r][lane] == band->target[r + (unsigned)j][lane];
        const int16_t paired = saturate(diagonal + (same ? RP_SCORE_MATCH : RP_SCORE_MISMATCH));
        const int16_t with_deletion = larger(paired, deletion);
        const int16_t score = larger(with_deletion, insertion);
        if (trace != 0) {
            set_bit(&trace->from_deletion[j], lane, deletion > paired);
            set_bit(&trace->from_insertion[j], lane, insertion > with_deletion);
            set_bit(&trace->deletion_extends[j], lane, deletion_extended > deletion_opened);
            set_bit(&trace->insertion_extends[j], lane, insertion_extended > insertion_opened);
        }
        if (score > row_best) {
            row_best = score;
            row_cell = (int16_t)j;
        }
        band->score[j][lane] = score;
        band->deletion[j][lane] = deletion;
        left = score;
        diagonal = up;
    }
    if (row_best > band->best[lane]) {
        band->best[lane] = row_best;
        band->best_row[lane] = band->row[lane];
        band->best_cell[lane] = row_cell;
    }
    band->row[lane] = saturate(band->row[lane] + 1);
    band->row_best[lane] = row_best;
    band->row_cell[lane] = row_cell;
}

static void reference_rows(rp_band *band, unsigned first_row, unsigned end_row, rp_trace_row *trace)
{
    for (unsigned r = first_row; r < end_row; r++)
        for (unsigned lane = 0; lane < RP_LANES; lane++)
            advance_lane(band, lane, r, trace == 0 ? 0 : trace + (r - first_row));
}

/* The best of the row that would follow with this base as its query. */
static int16_t row_best_with(const rp_band *band, unsigned lane, unsigned row, int base)
{
    int16_t best = RP_SCORE_NONE;
    for (int j = 0; j < RP_BAND; j++) {
        const int same = band->target[row + (unsigned)j][lane] == base;
        best = larger(best, saturate(band->score[j][lane] + (same ? RP_SCORE_MATCH : RP_SCORE_MISMATCH)));
        best = larger(best, saturate(band->score[j + 1][lane] + RP_SCORE_GAP_FIRST));
        best = larger(best, saturate(band->deletion[j + 1][lane] + RP_SCORE_GAP_NEXT));
    }
    return best;
}

static void reference_candidates(const rp_band *band, unsigned row, int cap, int64_t sums[4])
{
    for (unsigned lane = 0; lane < RP_LANES; lane++)
        for (int base = 0; base < RP_N_BASES; base++)
            sums[base] += larger(row_best_with(band, lane, row, base), saturate(band->best[lane] - cap));
}

static int64_t reference_sum_best(const rp_band *band)
{
    int64_t sum = 0;
    for (unsigned lane = 0; lane < RP_LANES; lane++)
        sum += band->best[lane];
    return sum;
}

static void reference_shift(rp_band *band, const int16_t by[RP_LANES])
{
    for (unsigned lane = 0; lane < RP_LANES; lane++) {
        int16_t score[RP_BAND], deletion[RP_BAND];
        for (int j = 0; j < RP_BAND && by[lane] != 0; j++) {
            const int from = j + by[lane];
            score[j] = from >= 0 && from < RP_BAND ? band->score[from][lane] : RP_SCORE_NONE;
            deletion[j] = from >= 0 && from < RP_BAND ? band->deletion[from][lane] : RP_SCORE_NONE;
        }
        for (int j = 0; j < RP_BAND && by[lane] != 0; j++) {
            band->score[j][lane] = score[j];
            band->deletion[j][lane] = deletion[j];
        }
    }
}

const rp_band_kernel rp_band_reference = {"scalar",           reference_rows,  reference_candidates,
                                          reference_sum_best, reference_shift, 0};
