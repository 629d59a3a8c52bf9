/* band_kernel.c: the band's rows with vectors across the lanes.
 *
 * Compiled once for each instruction set, with RP_BAND_KERNEL the name of the kernel
 * and RP_BAND_KERNEL_NAME its name as a string. See band.h for what it computes.
 */
#include "align/band.h"
#include "align/lanes.h"

static inline __attribute__((always_inline)) void advance(rp_band *band, unsigned first_row, unsigned end_row,
                                                          rp_trace_row *trace)
{
    const lanes match = lanes_set(RP_SCORE_MATCH), mismatch = lanes_set(RP_SCORE_MISMATCH);
    const lanes gap_first = lanes_set(RP_SCORE_GAP_FIRST), gap_next = lanes_set(RP_SCORE_GAP_NEXT);
    const lanes none = lanes_set(RP_SCORE_NONE), one = lanes_set(1);
    lanes best = lanes_load(band->best), best_row = lanes_load(band->best_row);
    lanes best_cell = lanes_load(band->best_cell), row = lanes_load(band->row);
    lanes row_best = lanes_load(band->row_best), row_cell = lanes_load(band->row_cell);
    for (unsigned r = first_row; r < end_row; r++) {
        const lanes query = lanes_load(band->query[r]);
        lanes left = none, insertion = none, cell = lanes_set(0);
        lanes diagonal = lanes_load(band->score[0]);
        row_best = none;
        row_cell = cell;
        for (unsigned j = 0; j < RP_BAND; j++) {
            const lanes up = lanes_load(band->score[j + 1]);
            const lanes deletion_opened = lanes_add(up, gap_first);
            const lanes deletion_extended = lanes_add(lanes_load(band->deletion[j + 1]), gap_next);
            const lanes deletion = lanes_max(deletion_opened, deletion_extended);
            const lanes insertion_opened = lanes_add(left, gap_first);
            const lanes insertion_extended = lanes_add(insertion, gap_next);
            insertion = lanes_max(insertion_opened, insertion_extended);
            const lanes_mask same = lanes_equal(query, lanes_load(band->target[r + j]));
            const lanes paired = lanes_add(diagonal, lanes_blend(same, mismatch, match));
            const lanes with_deletion = lanes_max(paired, deletion);
            const lanes score = lanes_max(with_deletion, insertion);
            if (trace != 0) {
                trace[r - first_row].from_deletion[j] = lanes_bits(lanes_greater(deletion, paired));
                trace[r - first_row].from_insertion[j] = lanes_bits(lanes_greater(insertion, with_deletion));
                trace[r - first_row].deletion_extends[j] =
                    lanes_bits(lanes_greater(deletion_extended, deletion_opened));
                trace[r - first_row].insertion_extends[j] =
                    lanes_bits(lanes_greater(insertion_extended, insertion_opened));
            }
            const lanes_mask better = lanes_greater(score, row_best);
            row_best = lanes_max(row_best, score);
            row_cell = lanes_blend(better, row_cell, cell);
            cell = lanes_add(cell, one);
            lanes_store(band->score[j], score);
            lanes_store(band->deletion[j], deletion);
            left = score;
            diagonal = up;
        }
        const lanes_mask improved = lanes_greater(row_best, best);
        best = lanes_max(best, row_best);
        best_row = lanes_blend(improved, best_row, row);
        best_cell = lanes_blend(improved, best_cell, row_cell);
        row = lanes_add(row, one);
    }
    lanes_store(band->best, best);
    lanes_store(band->best_row, best_row);
    lanes_store(band->best_cell, best_cell);
    lanes_store(band->row, row);
    lanes_store(band->row_best, row_best);
    lanes_store(band->row_cell, row_cell);
}

static void band_rows(rp_band *band, unsigned first_row, unsigned end_row, rp_trace_row *trace)
{
    if (trace != 0)
        advance(band, first_row, end_row, trace);
    else
        advance(band, first_row, end_row, 0);
}

/* Insertions need no thought here: within a row they only come after a better cell. */
static void band_candidates(const rp_band *band, unsigned row, int cap, int64_t sums[4])
{
    const lanes match = lanes_set(RP_SCORE_MATCH), mismatch = lanes_set(RP_SCORE_MISMATCH);
    const lanes gap_first = lanes_set(RP_SCORE_GAP_FIRST), gap_next = lanes_set(RP_SCORE_GAP_NEXT);
    const lanes none = lanes_set(RP_SCORE_NONE);
    lanes any = none, gapped = none, by_base[RP_N_BASES] = {none, none, none, none};
    for (unsigned j = 0; j < RP_BAND; j++) {
        const lanes score = lanes_load(band->score[j]), target = lanes_load(band->target[row + j]);
        any = lanes_max(any, score);
        gapped = lanes_max(gapped, lanes_add(lanes_load(band->score[j + 1]), gap_first));
        gapped = lanes_max(gapped, lanes_add(lanes_load(band->deletion[j + 1]), gap_next));
        for (int base = 0; base < RP_N_BASES; base++)
            by_base[base] = lanes_max_where(lanes_equal(target, lanes_set(base)), by_base[base], score);
    }
    /* The mismatch of the best cell is never above its match, so it may be counted for every base. */
    const lanes floor = lanes_add(lanes_load(band->best), lanes_set(-cap));
    const lanes common = lanes_max(lanes_max(gapped, lanes_add(any, mismatch)), floor);
    for (int base = 0; base < RP_N_BASES; base++)
        sums[base] += lanes_sum(lanes_max(common, lanes_add(by_base[base], match)));
}

static int64_t band_sum_best(const rp_band *band)
{
    return lanes_sum(lanes_load(band->best));
}

/* Moves the lanes whose mask is set up by `by` cells, which are taken in an order that reads each before it is
 * written. */
static void shift_some(int16_t cells[RP_BAND + 1][RP_LANES], lanes_mask mask, int by)
{
    const lanes none = lanes_set(RP_SCORE_NONE);
    for (int i = 0; i < RP_BAND; i++) {
        const int j = by > 0 ? i : RP_BAND - 1 - i, from = j + by;
        const lanes moved = from >= 0 && from < RP_BAND ? lanes_load(cells[from]) : none;
        lanes_store(cells[j], lanes_blend(mask, lanes_load(cells[j]), moved));
    }
}

static void band_shift(rp_band *band, const int16_t by[RP_LANES])
{
    const lanes all = lanes_load(by);
    uint32_t left = ~lanes_bits(lanes_equal(all, lanes_set(0)));
    while (left != 0) { /* once for each distance */
        const int distance = by[__builtin_ctz(left)];
        const lanes_mask mask = lanes_equal(all, lanes_set(distance));
        shift_some(band->score, mask, distance);
        shift_some(band->deletion, mask, distance);
        left &= ~lanes_bits(mask);
    }
}

const rp_band_kernel RP_BAND_KERNEL = {RP_BAND_KERNEL_NAME, band_rows, band_candidates, band_sum_best, band_shift, 0};
